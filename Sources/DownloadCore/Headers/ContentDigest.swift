/// A digest of a whole content, sent as `Repr-Digest` so that the client can check what it saved (RFC 9530).
public struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
    /// The name of an algorithm in the registry of RFC 9530 §7.2 that is fit for use.
    public struct Algorithm: Sendable, Hashable {
        private enum Known {
            case sha256, sha512
        }

        private let known: Known

        /// SHA-256: 32 bytes.
        public static var sha256: Algorithm { Algorithm(known: .sha256) }
        /// SHA-512: 64 bytes.
        public static var sha512: Algorithm { Algorithm(known: .sha512) }

        /// As the registry has it.
        var name: String {
            switch known {
            case .sha256: "sha-256"
            case .sha512: "sha-512"
            }
        }

        var byteCount: Int {
            switch known {
            case .sha256: 32
            case .sha512: 64
            }
        }
    }

    /// Which algorithm made it.
    public let algorithm: Algorithm
    /// The digest itself, not its hexadecimal form.
    public let bytes: [UInt8]

    /// Creates a digest; nil if `bytes` does not have the length that the algorithm gives.
    public init?(_ algorithm: Algorithm, bytes: some Sequence<UInt8>) {
        self.algorithm = algorithm
        self.bytes = Array(bytes)
        guard self.bytes.count == algorithm.byteCount else { return nil }
    }

    /// The member of a Structured Fields dictionary (RFC 9651 §3.2, §3.3.5).
    public var description: String { "\(algorithm.name)=:\(Base64.encoded(bytes)):" }
}
