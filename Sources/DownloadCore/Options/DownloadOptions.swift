/// The options that a view and its file have in common.
///
/// For each option the file decides, if it says something: it is made for one request, and knows what was found out.
/// Else the view's member counts. Only then counts what the file is anyway, its ``DownloadFile/name`` and its
/// `DownloadFile.contentType`, and last what the library does by itself. ``vary`` and ``headerFields`` of both are
/// added up.
///
/// A view has these members by way of ``VirtualDownloadView``, a file by way of ``DownloadFile``; all have defaults. A
/// member counts whether it is declared with the type of its value or with an optional, where nil says nothing; one of
/// another type does not compile. That is what the associated types are for: they are never written.
public protocol DownloadOptions {
    associatedtype AttachmentOption
    associatedtype BasenameOption
    associatedtype MIMETypeOption
    associatedtype CharsetOption
    associatedtype EncodingOption
    associatedtype CacheControlOption
    associatedtype ExpiresOption
    associatedtype VaryOption
    associatedtype HeaderFieldsOption

    /// Whether the client is asked to save the file (true) or to show it (false: `inline`), a `Bool`.
    ///
    /// The default is to save it.
    var attachment: AttachmentOption { get }

    /// The name that the client saves the file under, a `String`. The default is the file's ``DownloadFile/name``,
    /// which an empty text stands for, too.
    var basename: BasenameOption { get }

    /// The media type, for instance `text/csv`, a `String`. The default is the file's `DownloadFile.contentType`, or
    /// else guessed from the basename, or else `application/octet-stream`.
    var mimeType: MIMETypeOption { get }

    /// The charset that is declared for text types, a `String`; an empty text declares none. The default of a view is
    /// `utf-8`.
    var charset: CharsetOption { get }

    /// The content coding that the bytes are in (`Content-Encoding`), a `String`. The default is none, as are
    /// `identity` and an empty text. A `.gz` file is not declared as encoded, since the client would unpack it.
    var encoding: EncodingOption { get }

    /// Who may keep the response, and for how long (RFC 9111 §5.2), a `String` such as `private, max-age=60`.
    ///
    /// The default, and an empty text, claim nothing: a cache that finds a validator uses its own judgement.
    var cacheControl: CacheControlOption { get }

    /// When the response becomes stale (RFC 9111 §5.3), an ``HTTPDate``. The default is not to say it; `max-age` in
    /// ``cacheControl`` is the better way.
    var expires: ExpiresOption { get }

    /// The request fields that the content depends on (RFC 9110 §12.5.5), an array of `HTTPField.Name`. The default is
    /// empty.
    var vary: VaryOption { get }

    /// Further header fields of the response that carries the file, and of the 304, as `HTTPFields`. The default is
    /// empty.
    ///
    /// A field takes the place of the one that the library would send, a file's that of its view. `Content-Length`,
    /// `Content-Range` and `Content-Type` are passed over: they depend on the request, and ``mimeType`` is an option.
    var headerFields: HeaderFieldsOption { get }
}
