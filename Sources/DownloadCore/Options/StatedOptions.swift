public import HTTPTypes

/// What a view or a file says for each of the ``DownloadOptions``, whichever form its members have; nil for nothing.
///
/// Code for any view or file reads it: ``VirtualDownloadView/statedOptions``, ``DownloadFile/statedOptions``.
public struct StatedOptions: Sendable {
    /// Whether the client is asked to save the file.
    public let attachment: Bool?
    /// The name that the client saves the file under.
    public let basename: String?
    /// The media type.
    public let mimeType: String?
    /// The charset that is declared for text types.
    public let charset: String?
    /// The content coding that the bytes are in.
    public let encoding: String?
    /// Who may keep the response, and for how long.
    public let cacheControl: String?
    /// When the response becomes stale.
    public let expires: HTTPDate?
    /// The request fields that the content depends on.
    public let vary: [HTTPField.Name]?
    /// Further header fields.
    public let headerFields: HTTPFields?

    @inlinable
    init(
        attachment: Bool?,
        basename: String?,
        mimeType: String?,
        charset: String?,
        encoding: String?,
        cacheControl: String?,
        expires: HTTPDate?,
        vary: [HTTPField.Name]?,
        headerFields: HTTPFields?
    ) {
        self.attachment = attachment
        self.basename = basename
        self.mimeType = mimeType
        self.charset = charset
        self.encoding = encoding
        self.cacheControl = cacheControl
        self.expires = expires
        self.vary = vary
        self.headerFields = headerFields
    }
}
