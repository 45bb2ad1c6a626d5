/// A file made of another one: whatever it does not say itself is the ``base``'s.
///
///     struct Report<Base: DownloadFile>: WrappedDownloadFile {
///         let base: Base
///         let cacheControl = "private"
///     }
///
/// One requirement has no default: ``base``. A file that changes the bytes implements ``DownloadContent/write(to:)``
/// and ``DownloadContent/write(_:to:)``, and says what no longer
/// holds of them: `let size: Int64? = nil`, and ``DownloadFile/storedPath()`` and ``FileProperties/digest``, too.
public protocol WrappedDownloadFile: DownloadFile {
    /// The type of the file inside.
    associatedtype Base: DownloadFile
    /// The file inside.
    var base: Base { get }
}

extension WrappedDownloadFile {
    public var name: String { base.name }
    public var attachment: Base.AttachmentOption { base.attachment }
    public var basename: Base.BasenameOption { base.basename }
    public var mimeType: Base.MIMETypeOption { base.mimeType }
    public var charset: Base.CharsetOption { base.charset }
    public var encoding: Base.EncodingOption { base.encoding }
    public var cacheControl: Base.CacheControlOption { base.cacheControl }
    public var expires: Base.ExpiresOption { base.expires }
    public var vary: Base.VaryOption { base.vary }
    public var headerFields: Base.HeaderFieldsOption { base.headerFields }
    public var contentType: Base.ContentTypeOption { base.contentType }
    public var entityTag: Base.EntityTagOption { base.entityTag }
    public var modificationDate: Base.ModificationDateOption { base.modificationDate }
    public var digest: Base.DigestOption { base.digest }
    public var size: Base.SizeOption { base.size }
    public var isRepeatable: Base.RepeatableOption { base.isRepeatable }
    public var isSeekable: Base.SeekableOption { base.isSeekable }

    public func wasModified(since value: String) -> Base.ModifiedAnswer { base.wasModified(since: value) }

    public func skippedBytes(for range: Range<Int64>) -> Int64 { base.skippedBytes(for: range) }

    public func storedPath() -> String? { base.storedPath() }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await base.write(to: &sink)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await base.write(range, to: &sink)
    }
}
