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
    public var contentType: String? { base.contentType }
    public var entityTag: EntityTag? { base.entityTag }
    public var modificationDate: HTTPDate? { base.modificationDate }
    public var digest: ContentDigest? { base.digest }
    public var size: Int64? { base.size }
    public var isRepeatable: Bool { base.isRepeatable }
    public var isSeekable: Bool { base.isSeekable }

    public func skippedBytes(for range: Range<Int64>) -> Int64 { base.skippedBytes(for: range) }

    public func wasModified(since value: String) -> Bool? { base.wasModified(since: value) }
    public func storedPath() -> String? { base.storedPath() }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await base.write(to: &sink)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await base.write(range, to: &sink)
    }
}
