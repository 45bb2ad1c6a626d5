public import HTTPTypes

/// An error that a view throws before its first byte to have the client answered with its status.
///
///     guard let order = orders[id] else { throw DownloadError(.gone) }
///
/// To send the client elsewhere, throw a ``DownloadRedirect``.
///
/// The client is told the status, and ``detail`` if there is one; ``reason`` goes to the log: at the level `error` for
/// a 5xx, `warning` for an upstream's, else at `debug`.
public struct DownloadError: Error, Sendable, Hashable {
    /// The status of the answer: any 4xx or 5xx. With any other the answer is 500, and the log says why.
    public var status: HTTPResponse.Status
    /// Why, for the log; never sent to the client.
    public var reason: String
    /// What the client is told besides the status; nil for nothing.
    public var detail: String?
    /// What the answer carries besides its content, for instance `Retry-After` or `Allow`.
    public var headerFields: HTTPFields
    /// The name of what this view has asked in vain, for the log; nil if the error is the view's own. See
    /// ``upstream(_:_:reason:detail:headerFields:)``.
    public var upstream: String?

    /// Creates an error.
    ///
    ///     DownloadError(.paymentRequired)
    ///     DownloadError(507, reason: "the volume of the reports is full")
    ///
    /// - Parameters:
    ///   - status: A 4xx or 5xx, by name or number.
    ///   - reason: Why, for the log; never sent to the client.
    ///   - detail: What the client is told besides the status; nil, the default, for nothing.
    ///   - headerFields: What the answer carries besides its content.
    public init(
        _ status: HTTPResponse.Status,
        reason: String = "",
        detail: String? = nil,
        headerFields: HTTPFields = [:]
    ) {
        self.status = status.named
        self.reason = reason
        self.detail = detail
        self.headerFields = headerFields
    }
}

extension DownloadError {
    /// 401: the client has to authenticate first (RFC 9110 §15.5.2).
    ///
    /// - Parameter challenge: How to authenticate (RFC 9110 §11.3), for instance `Basic realm="Downloads"`: a browser
    ///   asks its user for a name and a password then, and sends them in `Authorization`.
    public static func unauthorized(challenge: String) -> DownloadError {
        DownloadError(.unauthorized, headerFields: [.wwwAuthenticate: HeaderValue.sanitized(challenge)])
    }

    /// 405: not by this method (RFC 9110 §15.5.6), with the methods that are allowed.
    public static func methodNotAllowed(allow methods: [HTTPRequest.Method]) -> DownloadError {
        DownloadError(.methodNotAllowed, headerFields: [.allow: methods.allowFieldValue])
    }

    /// 429: too many requests (RFC 6585 §4); the client may ask again after this many seconds.
    public static func tooManyRequests(retryAfter seconds: Int) -> DownloadError {
        DownloadError(.tooManyRequests, headerFields: [.retryAfter: String(max(0, seconds))])
    }

    /// 503: not now (RFC 9110 §15.6.4); the client may ask again after this many seconds.
    public static func serviceUnavailable(retryAfter seconds: Int) -> DownloadError {
        DownloadError(.serviceUnavailable, headerFields: [.retryAfter: String(max(0, seconds))])
    }

    /// An error of something that the view depends on: another service, a database.
    ///
    ///     do { rows = try await database.query(…) } catch { throw DownloadError.upstream("orders database", reason:
    ///     "\(error)") }
    ///
    /// The log names it, at the level `warning`, so that it is told from an error of the view's own.
    ///
    /// - Parameters:
    ///   - name: What was asked, for the log.
    ///   - status: 502 (RFC 9110 §15.6.3), the default, if its answer was of no use; 504 if it came too late; 503, or
    ///     any
    ///     other that the client is to see.
    ///   - reason: Why, for the log; never sent to the client.
    ///   - detail: What the client is told besides the status; nil, the default, for nothing.
    ///   - headerFields: What the answer carries besides its content, for instance `Retry-After`.
    public static func upstream(
        _ name: String,
        _ status: HTTPResponse.Status = .badGateway,
        reason: String = "",
        detail: String? = nil,
        headerFields: HTTPFields = [:]
    ) -> DownloadError {
        var error = DownloadError(status, reason: reason, detail: detail, headerFields: headerFields)
        error.upstream = name
        return error
    }
}

extension DownloadError {
    /// Whether it can be sent: an error's status, and for a 401 how to authenticate (RFC 9110 §15.5.2).
    var isAnswerable: Bool {
        switch status.kind {
        case .clientError: status != .unauthorized || headerFields.contains(.wwwAuthenticate)
        case .serverError: true
        default: false
        }
    }
}

extension DownloadError {
    /// Whether `error` is an answer like any other, a 4xx that a view gave: every client can cause one, so it is no
    /// alarm.
    package static func isRefusal(_ error: any Error) -> Bool {
        guard let error = error as? DownloadError else { return error is FileNotFound }
        return error.isAnswerable && error.status.kind == .clientError
    }
}

extension DownloadError: CustomStringConvertible {
    public var description: String {
        let subject = upstream.map { "\(status) from \($0)" } ?? "\(status)"
        let problem =
            isAnswerable
            ? reason
            : status == .unauthorized
                ? "a 401 has to say how to authenticate: throw DownloadError.unauthorized(challenge:)"
                : "a DownloadError has a status from 400 to 599; to send the client elsewhere, throw a DownloadRedirect"
        return problem.isEmpty ? subject : "\(subject): \(problem)"
    }
}

extension [HTTPRequest.Method] {
    /// The methods as the value of an `Allow` field (RFC 9110 §10.2.1).
    var allowFieldValue: String {
        map(\.rawValue).joined(separator: ", ")
    }
}
