public import HTTPTypes

/// An error that a view throws before its first byte to have the client answered with its status.
///
///     guard let order = orders[id] else { throw DownloadError.gone }
///
/// The client is told the status and nothing else; ``reason`` goes to the log.
public struct DownloadError: Error, Sendable, Hashable {
    /// What went wrong, as a well-known value; more may be added.
    public struct Code: Sendable, Hashable {
        enum Value: Int, Sendable {
            case badRequest = 400
            case unauthorized = 401
            case forbidden = 403
            case notFound = 404
            case methodNotAllowed = 405
            case notAcceptable = 406
            case requestTimeout = 408
            case conflict = 409
            case gone = 410
            case preconditionFailed = 412
            case contentTooLarge = 413
            case unsupportedMediaType = 415
            case rangeNotSatisfiable = 416
            case unprocessableContent = 422
            case tooManyRequests = 429
            case internalServerError = 500
            case notImplemented = 501
            case serviceUnavailable = 503
        }

        let value: Value

        public static var badRequest: Code { Code(value: .badRequest) }
        public static var unauthorized: Code { Code(value: .unauthorized) }
        public static var forbidden: Code { Code(value: .forbidden) }
        public static var notFound: Code { Code(value: .notFound) }
        public static var methodNotAllowed: Code { Code(value: .methodNotAllowed) }
        public static var notAcceptable: Code { Code(value: .notAcceptable) }
        public static var requestTimeout: Code { Code(value: .requestTimeout) }
        public static var conflict: Code { Code(value: .conflict) }
        public static var gone: Code { Code(value: .gone) }
        public static var preconditionFailed: Code { Code(value: .preconditionFailed) }
        public static var contentTooLarge: Code { Code(value: .contentTooLarge) }
        public static var unsupportedMediaType: Code { Code(value: .unsupportedMediaType) }
        public static var rangeNotSatisfiable: Code { Code(value: .rangeNotSatisfiable) }
        public static var unprocessableContent: Code { Code(value: .unprocessableContent) }
        public static var tooManyRequests: Code { Code(value: .tooManyRequests) }
        public static var internalServerError: Code { Code(value: .internalServerError) }
        public static var notImplemented: Code { Code(value: .notImplemented) }
        public static var serviceUnavailable: Code { Code(value: .serviceUnavailable) }
    }

    /// Which error it is.
    public var code: Code
    /// Why, for the log; never sent to the client.
    public var reason: String
    /// What the answer carries besides its content, for instance `Retry-After` or `Allow`.
    public var headerFields: HTTPFields

    /// Creates an error.
    ///
    /// - Parameter reason: Why, for the log; never sent to the client.
    public init(_ code: Code, reason: String = "", headerFields: HTTPFields = [:]) {
        self.code = code
        self.reason = reason
        self.headerFields = headerFields
    }

    /// The status of the answer.
    public var status: HTTPResponse.Status {
        HTTPResponse.Status(code: code.value.rawValue)
    }
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
