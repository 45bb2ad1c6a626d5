public import DownloadCore
internal import HTTPTypes

/// Asks for a name and a password (RFC 7617), where the web server does not.
///
///     var middleware: [any DownloadMiddleware] {
///         [BasicAuthentication(realm: "Downloads") { user, password in try await accounts.check(user, password) }]
///     }
///
/// The views find the name in `DownloadRequest.user`. A password travels as it is: only over TLS. Put
/// ``CrossOriginSharing`` before it, since a browser asks without a password first.
public struct BasicAuthentication: DownloadMiddleware {
    private let challenge: String
    private let verify: @Sendable (_ user: String, _ password: String) async throws -> Bool

    /// Creates it with a check of your own.
    ///
    /// - Parameters:
    ///   - realm: What the client tells its user the password is for.
    ///   - verify: Whether the password is that user's. An error that it throws becomes a response, as a view's does.
    public init(
        realm: String,
        verify: @escaping @Sendable (_ user: String, _ password: String) async throws -> Bool
    ) {
        var quoted = ""
        for scalar in realm.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        challenge = "Basic realm=\"\(quoted)\", charset=\"UTF-8\""
        self.verify = verify
    }

    /// Creates it for a few users whose passwords are known to the program. How long the check takes tells nothing of
    /// them.
    public init(realm: String, users: [(name: String, password: String)]) {
        self.init(realm: realm) { user, password in
            var isKnown = false
            for known in users {
                let matches = (
                    known.name.isEqualInConstantTime(to: user), known.password.isEqualInConstantTime(to: password)
                )
                isKnown = matches == (true, true) || isKnown
            }
            return isKnown
        }
    }

    public func willRespond(to request: inout DownloadRequest) async throws -> DownloadResponse? {
        guard let (user, password) = Self.credentials(in: request.headerFields[.authorization] ?? ""),
            try await verify(user, password)
        else {
            throw DownloadError.unauthorized(challenge: challenge)
        }
        request.user = user
        return nil
    }

    /// The name and the password of an `Authorization` field; nil for another scheme, and for what is not UTF-8.
    static func credentials(in field: String) -> (user: String, password: String)? {
        let scheme = field.utf8.prefix { $0 != UInt8(ascii: " ") }
        let rest = field.utf8[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") }
        guard String(Substring(scheme)).isOctetEqualIgnoringCase(to: "basic"), let bytes = Base64.decoded(rest),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let user = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self)
        else { return nil }
        return (user, password)
    }
}

extension String {
    /// Whether two texts have the same octets; the time depends on the length of `other` alone.
    fileprivate func isEqualInConstantTime(to other: String) -> Bool {
        let (own, other) = (Array(utf8), Array(other.utf8))
        var difference = own.count ^ other.count
        for index in other.indices {
            difference |= Int(other[index] ^ (own.isEmpty ? 0 : own[index % own.count]))
        }
        return difference == 0
    }
}
