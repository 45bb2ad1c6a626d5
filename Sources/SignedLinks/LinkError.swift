public import DownloadCore
internal import HTTPTypes

/// Why a request is not what a link was signed for.
public struct LinkError: Error, Sendable, Hashable {
    /// The reason as a well-known value; more may be added. Its ``description`` is what the client is told.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// What the client is told, such as `signature-expired`.
        public let description: String

        /// The request has no signature at all.
        public static var missing: Code { Code(description: "signature-missing") }
        /// Something of the signature is missing, there twice, or not in its form; or the path or query is not in
        /// theirs.
        public static var malformed: Code { Code(description: "signature-malformed") }
        /// The link was signed with a key that is not, or no longer, known.
        public static var keyUnknown: Code { Code(description: "signature-key-unknown") }
        /// The link was signed for another method, path, query, name or expiry, or with another key.
        public static var invalid: Code { Code(description: "signature-invalid") }
        /// The link was good, and is no longer.
        public static var expired: Code { Code(description: "signature-expired") }
    }

    /// Which reason it is.
    public var code: Code
    /// More about it, for the log; never sent to the client.
    public var reason: String

    init(_ code: Code, _ reason: String = "") {
        self.code = code
        self.reason = reason
    }
}

extension LinkError: CustomStringConvertible {
    public var description: String {
        reason.isEmpty ? "\(code)" : "\(code): \(reason)"
    }
}

extension DownloadError {
    /// 403, with the reason's code as the problem's detail.
    public init(_ error: LinkError) {
        self.init(.forbidden, reason: error.description, detail: error.code.description)
    }
}
