public import HTTPTypes

/// A download whose file exists nowhere on disk: it is in memory, or is made while the client downloads it.
///
///     struct TextDownloadView: VirtualDownloadView {
///         func file(for request: DownloadRequest) -> ContentFile {
///             ContentFile("Hello world!\n", name: "hello-world.txt")
///         }
///     }
///
/// One requirement has no default: ``file(for:)``. The others are the options and hooks of django-downloadview's
/// `DownloadMixin`.
///
/// An option is declared with its type, or it is a property of your own that nobody asks for, and no compiler warns of it:
/// `let basename: String? = "report.csv"`, not `let basename = "report.csv"`, which is a `String`.
public protocol VirtualDownloadView: Sendable {
    /// The type of the file wrapper.
    associatedtype File: DownloadFile

    /// The file to download.
    ///
    /// Called exactly once for each request by one of ``methods`` but OPTIONS, before conditions are looked at. It should be
    /// cheap: the content belongs into the file's ``DownloadContent/write(to:)``, which HEAD and a 304 never call.
    ///
    /// - Throws: ``FileNotFound`` for 404; ``DownloadError`` for the status of its code; ``DownloadRedirect`` for
    ///   another place. Any other error becomes a 500, and is logged, not shown.
    func file(for request: DownloadRequest) async throws -> File

    /// The methods that the view answers; any other gets 405 with these in `Allow`. The default is GET, HEAD and OPTIONS.
    ///
    /// A view that adds POST finds the content of the request in ``DownloadRequest/body``.
    var methods: [HTTPRequest.Method] { get }

    /// Whether the client is asked to save the file (true, the default) or to show it (false: `inline`).
    var attachment: Bool { get }

    /// The name that the client saves the file under. The default is nil: the file's name, which an empty text stands for, too.
    var basename: String? { get }

    /// The media type. The default is nil: the file's, or else guessed from the basename, or else `application/octet-stream`.
    var mimeType: String? { get }

    /// The content coding that the bytes are in (`Content-Encoding`). The default is nil: none, as are `identity` and an empty
    /// text. A `.gz` file is not declared as encoded, since the client would unpack it.
    var encoding: String? { get }

    /// The charset declared for text types. The default is `utf-8`; nil declares none.
    var charset: String? { get }

    /// Who may keep the response, and for how long (RFC 9111 §5.2), for instance `private, max-age=60`. The default is nil:
    /// nothing is claimed, and a cache that finds a validator uses its own judgement.
    var cacheControl: String? { get }

    /// When the response becomes stale (RFC 9111 §5.3). The default is nil. `max-age` in ``cacheControl`` is the better way to
    /// say it.
    var expires: HTTPDate? { get }

    /// The request fields that the content depends on (RFC 9110 §12.5.5). The default is empty.
    var vary: [HTTPField.Name] { get }

    /// How many bytes, at most, a range may cost that are produced and dropped. The default is 4 MiB.
    ///
    /// It counts for content that is repeatable and not seekable: the bytes before the range, and between ranges. A range
    /// that costs more is answered with the whole file, as if the client had not asked for a part.
    ///
    /// Whoever can send a request can ask for the last byte, by 145 bytes, as often as they like, so this is what a stranger
    /// may spend of your processor: 4 MiB take some 30 ms if the content comes in pieces of 8 bytes. Raise it where producing
    /// is cheap, where only users whom you know may ask, or where large downloads have to be resumed; best make the content
    /// seekable (``DownloadContent/isSeekable``).
    var maximumSkippedBytes: Int64 { get }

    /// Whether `file` has changed since the value of an `If-Modified-Since` field, as the client sent it.
    ///
    /// The default asks the file wrapper (``DownloadFile/wasModified(since:)``); if it does not implement the question, its
    /// modification date decides; without one the file counts as modified. Size and content are never touched to find out.
    func wasModified(_ file: File, since value: String) -> Bool

    /// Called with the response that carries the file (200 or 206). The default returns it unchanged. Another content, put in the
    /// place of the file, is sent as a whole: with the status 200, if it was 206, and without the file's digest.
    ///
    /// The Content-Type of several ranges says how they are told apart, and has to stay: ``mimeType`` is the way to change the type.
    func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse

    /// Called with the 304 response. The default returns it unchanged.
    ///
    /// With a 2xx status in the place of 304 the whole file is sent, as if the client had nothing of it yet; ``downloadResponse(_:to:)``
    /// is called for that. Another content, put in the place of the file, is sent as it is.
    func notModifiedResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse

    /// Called with the 404 response after ``FileNotFound`` was thrown. The default returns it unchanged.
    func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse
}

extension VirtualDownloadView {
    public var methods: [HTTPRequest.Method] { [.get, .head, .options] }
    public var attachment: Bool { true }
    public var basename: String? { nil }
    public var mimeType: String? { nil }
    public var encoding: String? { nil }
    public var charset: String? { "utf-8" }
    public var cacheControl: String? { nil }
    public var expires: HTTPDate? { nil }
    public var vary: [HTTPField.Name] { [] }
    public var maximumSkippedBytes: Int64 { 4 << 20 }

    public func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        response
    }
    public func notModifiedResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        response
    }
    public func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        response
    }
}
