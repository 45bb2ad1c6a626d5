/// A moment, in whole seconds, as HTTP writes it (RFC 9110 §5.6.7).
public struct HTTPDate: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var secondsSince1970: Int64

    public init(secondsSince1970: Int64) {
        self.secondsSince1970 = secondsSince1970
    }

    public static func < (a: HTTPDate, b: HTTPDate) -> Bool {
        a.secondsSince1970 < b.secondsSince1970
    }
}
