internal import Crypto
internal import DownloadCore

/// A secret that links are signed with, and the id by which a link says that it was this one.
///
/// The secret should be random, for instance the 32 bytes of `openssl rand -hex 32`. It does not show in a description.
public struct SigningKey: Sendable {
    /// The least length of a secret, in bytes.
    public static let minimumByteCount = 16

    /// The id, which every link shows.
    public let id: String
    let secret: SymmetricKey

    /// Creates a key of a secret's bytes.
    ///
    /// - Parameter id: 1 to 64 characters of `A-Z a-z 0-9 - . _ ~`.
    /// - Throws: ``SigningError`` for another id, and for fewer than ``minimumByteCount`` bytes.
    public init(id: String, bytes: [UInt8]) throws(SigningError) {
        guard (1...64).contains(id.utf8.count), id.utf8.allSatisfy(\.isUnreserved) else {
            throw SigningError("the id of a key must be 1 to 64 letters, digits or “-”, “.”, “_”, “~” of ASCII")
        }
        guard bytes.count >= Self.minimumByteCount else {
            throw SigningError(
                "the key “\(id)” needs at least \(Self.minimumByteCount) bytes and has \(bytes.count);"
                    + " make one by: openssl rand -hex 32"
            )
        }
        self.id = id
        secret = SymmetricKey(data: bytes)
    }

    /// Creates a key of the UTF-8 of a text.
    ///
    /// - Throws: ``SigningError`` as for bytes.
    public init(id: String, text: String) throws(SigningError) {
        try self.init(id: id, bytes: Array(text.utf8))
    }

    /// Creates a key of a secret written in hexadecimal digits, two for each byte.
    ///
    /// - Throws: ``SigningError`` as for bytes, and for what is not hexadecimal.
    public init(id: String, hex: String) throws(SigningError) {
        guard let bytes = [UInt8](hex: hex.utf8) else {
            throw SigningError("the key “\(id)” is not written in hexadecimal digits, two for each byte")
        }
        try self.init(id: id, bytes: bytes)
    }
}

extension SigningKey: CustomStringConvertible {
    /// The id alone.
    public var description: String { "SigningKey(\(id))" }
}
