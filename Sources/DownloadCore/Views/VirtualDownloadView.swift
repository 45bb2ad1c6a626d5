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
/// `DownloadMixin`. The options are those of ``DownloadOptions``, which a file has too and then decides, and of
/// ``ViewOptions``; for instance `let basename = "report.csv"`.
public protocol VirtualDownloadView: ViewOptions, MisnamedOptions, Sendable
where
    AttachmentOption: BooleanOption,
    BasenameOption: TextOption,
    MIMETypeOption: TextOption,
    CharsetOption: TextOption,
    EncodingOption: TextOption,
    CacheControlOption: TextOption,
    ExpiresOption: DateOption,
    VaryOption: FieldNamesOption,
    HeaderFieldsOption: FieldsOption,
    MethodsOption: RequestMethodsOption,
    MaximumSkippedBytesOption: IntegerOption,
    MaximumBodySizeOption: IntegerOption
{
    /// The type of the file wrapper.
    associatedtype File: DownloadFile

    /// The file to download.
    ///
    /// Called exactly once for each request by one of ``ViewOptions/methods`` but OPTIONS, before conditions are looked
    /// at. It should be cheap: the content belongs into the file's ``DownloadContent/write(to:)``, which HEAD and a 304
    /// never call.
    ///
    /// - Throws: ``FileNotFound`` for 404; ``DownloadError`` for its status; ``DownloadRedirect`` for another place.
    ///   Any other error becomes a 500, and is logged, not shown.
    func file(for request: DownloadRequest) async throws -> File

    /// Whether `file` has changed since the value of an `If-Modified-Since` field, as the client sent it.
    ///
    /// The default asks the file wrapper (`DownloadFile.wasModified(since:)`); if it does not implement the question,
    /// its modification date decides; without one the file counts as modified. Size and content are never touched to
    /// find out.
    func wasModified(_ file: File, since value: String) -> Bool

    /// Called with the response that carries the file (200 or 206). The default returns it unchanged. Another content,
    /// put in place of the file, is sent as a whole: with the status 200, if it was 206, and without the file's
    /// digest.
    ///
    /// The Content-Type of several ranges says how they are told apart, and has to stay: the option
    /// ``DownloadOptions/mimeType`` is the way to change the type.
    func downloadResponse(_ response: DownloadResponse, for file: File, to request: DownloadRequest) -> DownloadResponse

    /// The short form of ``downloadResponse(_:for:to:)``, for a hook that needs nothing of the file: called by the
    /// default of that. The default returns the response unchanged.
    func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse

    /// Called with the 304 response. The default returns it unchanged.
    ///
    /// With a 2xx status instead of 304 the whole file is sent, as if the client had nothing of it yet;
    /// ``downloadResponse(_:for:to:)`` is called for that. Another content, put in place of the file, is sent as it
    /// is.
    func notModifiedResponse(
        _ response: DownloadResponse,
        for file: File,
        to request: DownloadRequest
    ) -> DownloadResponse

    /// The short form of ``notModifiedResponse(_:for:to:)``, for a hook that needs nothing of the file: called by the
    /// default of that. The default returns the response unchanged.
    func notModifiedResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse

    /// Called with the 404 response after ``FileNotFound`` was thrown. The default returns it unchanged.
    func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse

    /// Called last with each response of the view, whatever it is: the file, 304, 404, 405, 412, 416, the answer to
    /// OPTIONS, other errors and redirects. The default returns it unchanged.
    ///
    /// It is called again if the content fails before its first byte, with the error's response. What the content of
    /// the file may become is told at ``downloadResponse(_:for:to:)``. For something around several views see
    /// ``DownloadMiddleware``.
    func anyResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse

    /// What the members of ``DownloadOptions`` say. The default collects them, and there is no reason for another: it
    /// is a requirement so that it is compiled for each view, which an answer reads faster than nine members.
    var statedOptions: StatedOptions { get }
}

extension VirtualDownloadView {
    @inlinable public var methods: DefaultOption<[HTTPRequest.Method]> { .init([.get, .head, .options]) }
    @inlinable public var attachment: DefaultOption<Bool> { .init(true) }
    @inlinable public var basename: DefaultOption<String> { .init() }
    @inlinable public var mimeType: DefaultOption<String> { .init() }
    @inlinable public var encoding: DefaultOption<String> { .init() }
    @inlinable public var charset: DefaultOption<String> { .init("utf-8") }
    @inlinable public var cacheControl: DefaultOption<String> { .init() }
    @inlinable public var expires: DefaultOption<HTTPDate> { .init() }
    @inlinable public var vary: DefaultOption<[HTTPField.Name]> { .init() }
    @inlinable public var headerFields: DefaultOption<HTTPFields> { .init() }
    @inlinable public var maximumSkippedBytes: DefaultOption<Int64> { .init(4 << 20) }
    @inlinable public var maximumBodySize: DefaultOption<Int64> { .init() }

    public func wasModified(_ file: File, since value: String) -> Bool {
        if let answer = file.wasModified(since: value).optionValue { return answer }
        guard let date = file.modificationDate.optionValue, let since = HTTPDate(value) else { return true }
        return date > since
    }

    public func downloadResponse(
        _ response: DownloadResponse,
        for file: File,
        to request: DownloadRequest
    ) -> DownloadResponse {
        downloadResponse(response, to: request)
    }

    public func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        response
    }

    public func notModifiedResponse(
        _ response: DownloadResponse,
        for file: File,
        to request: DownloadRequest
    ) -> DownloadResponse {
        notModifiedResponse(response, to: request)
    }

    public func notModifiedResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        response
    }

    public func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        response
    }

    public func anyResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        response
    }
}
