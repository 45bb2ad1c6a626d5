/// What a file says for each of its ``FileProperties``, whichever form its members have; nil for nothing.
///
/// Code for any file reads it: ``DownloadFile/statedProperties``, and ``DownloadFile/statedSize``.
public struct StatedProperties: Sendable {
    /// The media type that the file has.
    public let contentType: String?
    /// The validator of exactly these bytes.
    public let entityTag: EntityTag?
    /// When the content last changed.
    public let modificationDate: HTTPDate?
    /// A digest of the whole content.
    public let digest: ContentDigest?
    /// Whether a new file of an equal request gives the same bytes.
    public let isRepeatable: Bool
    /// Whether the content can be begun anywhere.
    public let isSeekable: Bool

    @inlinable
    init(
        contentType: String?,
        entityTag: EntityTag?,
        modificationDate: HTTPDate?,
        digest: ContentDigest?,
        isRepeatable: Bool,
        isSeekable: Bool
    ) {
        self.contentType = contentType
        self.entityTag = entityTag
        self.modificationDate = modificationDate
        self.digest = digest
        self.isRepeatable = isRepeatable
        self.isSeekable = isSeekable
    }
}
