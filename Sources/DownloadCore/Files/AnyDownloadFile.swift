public import HTTPTypes

/// A file of any type: for a view that returns one of several.
///
///     func file(for request: DownloadRequest) async throws -> AnyDownloadFile {
///         if let report = try await reports.finished(request.path) {
///             return AnyDownloadFile(ContentFile(report, name: "report.csv"))
///         }
///         return AnyDownloadFile(VirtualFile(AsyncIteratorIO(rows), name: "report.csv"))
///     }
///
/// It is in every respect like the file that it was made of.
public struct AnyDownloadFile: DownloadFile {
    /// The file itself.
    public let base: any DownloadFile

    /// Wraps a file.
    public init(_ base: some DownloadFile) {
        self.base = base
    }

    public var name: String { base.name }
    public var attachment: Bool? { base.attachment.optionValue }
    public var basename: String? { base.basename.optionValue }
    public var mimeType: String? { base.mimeType.optionValue }
    public var charset: String? { base.charset.optionValue }
    public var encoding: String? { base.encoding.optionValue }
    public var cacheControl: String? { base.cacheControl.optionValue }
    public var expires: HTTPDate? { base.expires.optionValue }
    public var vary: [HTTPField.Name]? { base.vary.optionValue }
    public var headerFields: HTTPFields? { base.headerFields.optionValue }
    public var contentType: String? { base.contentType.optionValue }
    public var entityTag: EntityTag? { base.entityTag.optionValue }
    public var modificationDate: HTTPDate? { base.modificationDate.optionValue }
    public var digest: ContentDigest? { base.digest.optionValue }
    public var size: Int64? { base.size.optionValue }
    public var isRepeatable: Bool? { base.isRepeatable.optionValue }
    public var isSeekable: Bool? { base.isSeekable.optionValue }

    public func skippedBytes(for range: Range<Int64>) -> Int64 { base.skippedBytes(for: range) }

    public func wasModified(since value: String) -> Bool? { base.wasModified(since: value).optionValue }
    public func storedPath() -> String? { base.storedPath() }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await base.write(to: &sink)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await base.write(range, to: &sink)
    }
}
