public import HTTPTypes

/// What a view or a file says for each of the ``DownloadOptions``, whichever form its members have; nil for nothing.
///
/// Code for any view or file reads it: ``VirtualDownloadView/statedOptions``, ``DownloadFile/statedOptions``.
public struct StatedOptions: Sendable {
    /// Whether the client is asked to save the file.
    public var attachment: Bool?
    /// The name that the client saves the file under.
    public var basename: String?
    /// The media type.
    public var mimeType: String?
    /// The charset that is declared for text types.
    public var charset: String?
    /// The content coding that the bytes are in.
    public var encoding: String?
    /// Who may keep the response, and for how long.
    public var cacheControl: String?
    /// When the response becomes stale.
    public var expires: HTTPDate?
    /// The request fields that the content depends on.
    public var vary: [HTTPField.Name]?
    /// Further header fields.
    public var headerFields: HTTPFields?

    /// Says nothing.
    @inlinable init() {}
}

extension DownloadOptions
where
    AttachmentOption: BooleanOption,
    BasenameOption: TextOption,
    MIMETypeOption: TextOption,
    CharsetOption: TextOption,
    EncodingOption: TextOption,
    CacheControlOption: TextOption,
    ExpiresOption: DateOption,
    VaryOption: FieldNamesOption,
    HeaderFieldsOption: FieldsOption
{
    /// What the members say, collected.
    @inlinable
    public var statedOptions: StatedOptions {
        var stated = StatedOptions()
        stated.attachment = attachment.optionValue
        stated.basename = basename.optionValue
        stated.mimeType = mimeType.optionValue
        stated.charset = charset.optionValue
        stated.encoding = encoding.optionValue
        stated.cacheControl = cacheControl.optionValue
        stated.expires = expires.optionValue
        stated.vary = vary.optionValue
        stated.headerFields = headerFields.optionValue
        return stated
    }
}
