public import HTTPTypes

/// An error that a view throws before its first byte to have the client answered with its status.
///
///     guard let order = orders[id] else { throw DownloadError.gone }
///
/// To send the client elsewhere, throw a ``DownloadRedirect``.
///
/// The client is told the status, and ``detail`` if there is one; ``reason`` goes to the log: at the level `error` for a 5xx, else
/// at `debug`.
public struct DownloadError: Error, Sendable, Hashable {
    /// What went wrong, as a well-known value; more may be added.
    public struct Code: Sendable, Hashable {
        let status: HTTPResponse.Status

        public static var badRequest: Code { Code(status: .badRequest) }
        /// For ``DownloadError/unauthorized(challenge:)`` alone: a 401 has to say how to authenticate.
        static var unauthorized: Code { Code(status: .unauthorized) }
        public static var forbidden: Code { Code(status: .forbidden) }
        public static var notFound: Code { Code(status: .notFound) }
        public static var methodNotAllowed: Code { Code(status: .methodNotAllowed) }
        public static var notAcceptable: Code { Code(status: .notAcceptable) }
        public static var requestTimeout: Code { Code(status: .requestTimeout) }
        public static var conflict: Code { Code(status: .conflict) }
        public static var gone: Code { Code(status: .gone) }
        public static var preconditionFailed: Code { Code(status: .preconditionFailed) }
        public static var contentTooLarge: Code { Code(status: .contentTooLarge) }
        public static var uriTooLong: Code { Code(status: .uriTooLong) }
        public static var unsupportedMediaType: Code { Code(status: .unsupportedMediaType) }
        public static var rangeNotSatisfiable: Code { Code(status: .rangeNotSatisfiable) }
        public static var unprocessableContent: Code { Code(status: .unprocessableContent) }
        public static var tooManyRequests: Code { Code(status: .tooManyRequests) }
        public static var internalServerError: Code { Code(status: .internalServerError) }
        public static var notImplemented: Code { Code(status: .notImplemented) }
        public static var serviceUnavailable: Code { Code(status: .serviceUnavailable) }
    }

    /// Which error it is.
    public var code: Code
    /// Why, for the log; never sent to the client.
    public var reason: String
    /// What the client is told besides the status, if anything.
    public var detail: String?
    /// What the answer carries besides its content, for instance `Retry-After` or `Allow`.
    public var headerFields: HTTPFields

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - reason: Why, for the log; never sent to the client.
    ///   - detail: What the client is told besides the status; nil, the default, for nothing.
    public init(_ code: Code, reason: String = "", detail: String? = nil, headerFields: HTTPFields = [:]) {
        self.code = code
        self.reason = reason
        self.detail = detail
        self.headerFields = headerFields
    }

    /// The status of the answer.
    public var status: HTTPResponse.Status { code.status }
}

extension DownloadError {
    /// 400: the request is malformed (RFC 9110 §15.5.1).
    public static var badRequest: DownloadError { DownloadError(.badRequest) }
    /// 403: the client may not have it (RFC 9110 §15.5.4).
    public static var forbidden: DownloadError { DownloadError(.forbidden) }
    /// 404: there is no such thing (RFC 9110 §15.5.5).
    public static var notFound: DownloadError { DownloadError(.notFound) }
    /// 406: nothing that the client accepts (RFC 9110 §15.5.7).
    public static var notAcceptable: DownloadError { DownloadError(.notAcceptable) }
    /// 409: the state of the resource forbids it (RFC 9110 §15.5.10).
    public static var conflict: DownloadError { DownloadError(.conflict) }
    /// 410: it was there, and will not come back (RFC 9110 §15.5.11).
    public static var gone: DownloadError { DownloadError(.gone) }
    /// 412: a condition of the request is false (RFC 9110 §15.5.13).
    public static var preconditionFailed: DownloadError { DownloadError(.preconditionFailed) }
    /// 413: the content of the request is over the limit (RFC 9110 §15.5.14).
    public static var contentTooLarge: DownloadError { DownloadError(.contentTooLarge) }
    /// 416: none of the ranges exists (RFC 9110 §15.5.17).
    public static var rangeNotSatisfiable: DownloadError { DownloadError(.rangeNotSatisfiable) }
    /// 429: too many requests (RFC 6585 §4).
    public static var tooManyRequests: DownloadError { DownloadError(.tooManyRequests) }
    /// 500: something went wrong here (RFC 9110 §15.6.1).
    public static var internalServerError: DownloadError { DownloadError(.internalServerError) }
    /// 503: not now (RFC 9110 §15.6.4).
    public static var serviceUnavailable: DownloadError { DownloadError(.serviceUnavailable) }

    /// 401: only for who is authenticated (RFC 9110 §15.5.2).
    ///
    /// - Parameter challenge: How to authenticate (RFC 9110 §11.3), for instance `Basic realm="Downloads"`: a browser asks its user for
    ///   a name and a password then, and sends them in `Authorization`.
    public static func unauthorized(challenge: String) -> DownloadError {
        DownloadError(.unauthorized, headerFields: [.wwwAuthenticate: HeaderValue.sanitized(challenge)])
    }

    /// 405: not by this method (RFC 9110 §15.5.6), with the methods that are allowed.
    public static func methodNotAllowed(allow methods: [HTTPRequest.Method]) -> DownloadError {
        DownloadError(.methodNotAllowed, headerFields: [.allow: methods.allowFieldValue])
    }

    /// 429: too many requests (RFC 6585 §4); the client may ask again after so many seconds.
    public static func tooManyRequests(retryAfter seconds: Int) -> DownloadError {
        DownloadError(.tooManyRequests, headerFields: [.retryAfter: String(max(0, seconds))])
    }

    /// 503: not now (RFC 9110 §15.6.4); the client may ask again after so many seconds.
    public static func serviceUnavailable(retryAfter seconds: Int) -> DownloadError {
        DownloadError(.serviceUnavailable, headerFields: [.retryAfter: String(max(0, seconds))])
    }
}

extension DownloadError {
    /// Whether `error` is an answer like any other, a 4xx that a view gave: every client can cause one, so it is no alarm.
    package static func isRefusal(_ error: any Error) -> Bool {
        error is FileNotFound || (error as? DownloadError)?.status.kind == .clientError
    }
}

extension DownloadError: CustomStringConvertible {
    public var description: String {
        reason.isEmpty ? "\(status)" : "\(status): \(reason)"
    }
}

extension [HTTPRequest.Method] {
    /// The methods as the value of an `Allow` field (RFC 9110 §10.2.1).
    var allowFieldValue: String {
        map(\.rawValue).joined(separator: ", ")
    }
}
