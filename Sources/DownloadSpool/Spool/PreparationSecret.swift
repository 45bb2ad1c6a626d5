internal import DownloadCore
internal import DownloadSystem

/// What the identities of preparations are made with: nobody who does not have it can guess one.
struct PreparationSecret: Sendable {
    private let innerKey: [UInt8]
    private let outerKey: [UInt8]

    /// - Parameter secret: At least 16 random bytes.
    init(_ secret: [UInt8]) {
        var key = secret
        if key.count > 64 {
            var hash = ContentHash()
            hash.update(unsafe key.span.bytes)
            key = hash.finish()
        }
        key += [UInt8](repeating: 0, count: 64 - key.count)
        innerKey = key.map { $0 ^ 0x36 }
        outerKey = key.map { $0 ^ 0x5c }
    }

    /// The first 128 bits of HMAC-SHA-256 (RFC 2104) over some texts, as hexadecimal digits.
    func token(of parts: [String]) -> String {
        Hexadecimal.digits(of: code(of: parts.flatMap { Array("\($0.utf8.count):\($0)".utf8) }).prefix(16))
    }

    func code(of message: [UInt8]) -> [UInt8] {
        var inner = ContentHash()
        inner.update(unsafe innerKey.span.bytes)
        inner.update(unsafe message.span.bytes)
        let digest = inner.finish()
        var outer = ContentHash()
        outer.update(unsafe outerKey.span.bytes)
        outer.update(unsafe digest.span.bytes)
        return outer.finish()
    }

    /// Whether two tokens are the same, in a time that does not depend on where they differ.
    static func areEqual(_ a: String, _ b: String) -> Bool {
        guard a.utf8.count == b.utf8.count else { return false }
        return zip(a.utf8, b.utf8).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension Spool {
    private static let secretName = "DOWNLOADS_PREPARATION_SECRET"
    private static let secretLength = 16

    /// What is wrong with DOWNLOADS_PREPARATION_SECRET; nil for nothing.
    package static var secretComplaint: String? {
        guard let text = ProcessEnvironment.value(secretName), (1..<secretLength).contains(text.utf8.count) else {
            return nil
        }
        return "\(secretName) has \(text.utf8.count) characters, fewer than \(secretLength): openssl rand -hex 32"
    }

    /// What the identities of this spool's preparations are made with: DOWNLOADS_PREPARATION_SECRET of the environment,
    /// which several machines have in common, else a secret in the folder.
    func preparationSecret() async -> PreparationSecret {
        if let secret = secret.withLock({ $0 }) { return secret }
        let bytes: [UInt8]
        if let text = ProcessEnvironment.value(Self.secretName), text.utf8.count >= Self.secretLength {
            bytes = Array(text.utf8)
        } else {
            let found = await DiskThreads.reading.run { [folder] in folder.secret() }
            // Without a folder for this process alone.
            var random = SystemRandomNumberGenerator()
            bytes = found ?? (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        return secret.withLock { secret in
            let made = secret ?? PreparationSecret(bytes)
            secret = made
            return made
        }
    }
}
