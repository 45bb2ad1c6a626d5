/// The validator of one representation (RFC 9110 §8.8.3).
public struct EntityTag: Sendable, Hashable {
    /// The opaque characters between the quotes.
    public let value: String
    /// Whether it only promises equivalence (`W/`).
    public let isWeak: Bool

    public init(_ value: String, isWeak: Bool = false) {
        self.value = value
        self.isWeak = isWeak
    }
}
