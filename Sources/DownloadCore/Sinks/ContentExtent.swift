/// How much content follows the head of a response.
public struct ContentExtent: Sendable, Hashable {
    /// What is known of it; more may be added.
    package enum Storage: Sendable, Hashable {
        case none
        case exactly(Int64)
        case unknown
    }

    package let storage: Storage

    /// No content at all: the answer to HEAD, 204, 304 (RFC 9110 §6.4.1).
    public static var none: ContentExtent { ContentExtent(storage: .none) }
    /// Exactly this many bytes; the sink holds the writer to it.
    public static func exactly(_ byteCount: Int64) -> ContentExtent { ContentExtent(storage: .exactly(byteCount)) }
    /// As many bytes as will come.
    public static var unknown: ContentExtent { ContentExtent(storage: .unknown) }

    /// The number of bytes, 0 for ``none``; nil if it is unknown.
    public var byteCount: Int64? {
        switch storage {
        case .none: 0
        case .exactly(let byteCount): byteCount
        case .unknown: nil
        }
    }
}
