public import HTTPTypes

/// One request for a download, as a view sees it.
public struct DownloadRequest: Sendable {
    /// Method, scheme, authority, header fields, and the target as the client sent it (`path`, with its query).
    public var http: HTTPRequest
    /// The path that was routed: percent-decoded once, without query and mount prefix. A slash that is part of a
    /// segment, which the client has to encode, stays `%2F`.
    public var path: String
    /// The values of the `{name}` segments of the route, percent-decoded.
    public var parameters: NamedValues
    /// The content of the request; empty if it has none, as almost every GET and HEAD.
    public var body: [UInt8]
    /// Who sent it, as the web server reports it.
    public var client: ClientAddress
    /// The name of the user whom the web server has authenticated (RFC 3875 §4.1.11); nil if it has not, or if the name
    /// is not UTF-8.
    ///
    /// It is what the web server says, and never from a header field. nginx says whatever name a client claims to have,
    /// unless its `auth_basic` is in force. A content that depends on it wants `private` in
    /// ``DownloadOptions/cacheControl``.
    ///
    /// Compare it by its octets, as the web server has (``WireText``): `request.user?.wire == "kim"`.
    public var user: String?
    /// Identifies the request in every log line about it.
    public var id: String
    /// When it came, by the clock of this machine; nil if nobody said.
    public var receivedAt: HTTPDate?
    /// How the web server sends a file on disk by itself, if it has said that it does; nil, the default, if not.
    public var handOver: HandOver?
    /// The log of the server that has received it: of a type that the core does not know (`DownloadRequest.logger` of
    /// VirtualDownloads does); nil if none has.
    package var serverLogger: (any Sendable)?
    /// Whether it was taken without its content, which is more than ``RequestHandler/maximumBodySize(of:)``.
    package var lacksContent = false
    /// How the web server has read the path.
    package var serverPath = ServerPath()

    /// Creates a request; what is left out is what a plain `GET /` has.
    ///
    /// - Parameter path: The default is the path of `http`, decoded as a router does it; as it stands, if it is
    ///   not a valid path.
    public init(
        http: HTTPRequest,
        path: String? = nil,
        parameters: NamedValues = [:],
        body: [UInt8] = [],
        client: ClientAddress = ClientAddress(),
        user: String? = nil,
        id: String = "",
        receivedAt: HTTPDate? = nil,
        handOver: HandOver? = nil
    ) {
        let path = path ?? (http.path ?? "/").routedPath
        self.http = http
        self.path = path
        self.parameters = parameters
        self.body = body
        self.client = client
        self.user = user
        self.id = id
        self.receivedAt = receivedAt
        self.handOver = handOver
    }

    /// The target as the client sent it: the path, neither decoded nor freed of the mount prefix, with the query.
    public var target: String { http.path ?? "/" }

    /// The request's method.
    public var method: HTTPRequest.Method { http.method }

    /// The request's header fields.
    public var headerFields: HTTPFields { http.headerFields }
}

extension String {
    /// The part of a request's target before its query.
    package var withoutQuery: String {
        guard let mark = utf8Span.span.firstIndex(of: UInt8(ascii: "?")) else { return self }
        return String(self[..<utf8.index(startIndex, offsetBy: mark)])
    }

    /// The path of a request's target as routes are matched against it.
    fileprivate var routedPath: String {
        let raw = withoutQuery
        // Almost every path is written just as it is meant, and this runs for each request.
        let isWrittenAsItIs = raw.utf8Span.span.firstIndex(of: UInt8(ascii: "%")) == nil
        return isWrittenAsItIs ? raw : RequestPath(target: raw)?.text ?? raw
    }
}
