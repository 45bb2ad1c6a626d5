/// The validator of one representation (RFC 9110 §8.8.3).
public struct EntityTag: Sendable {
    /// The opaque characters between the quotes.
    public let value: String
    /// Whether it only promises equivalence (`W/`).
    public let isWeak: Bool

    /// Creates a tag.
    ///
    /// A value of visible ASCII characters is kept as it is, if it has no `"` and no `%` before two hexadecimal digits.
    /// In any other, quotes, spaces, control characters, `%` and what is not ASCII are percent-encoded: no value breaks
    /// out of the field, and two values are two tags. What is a field's value already is for ``init(parsing:)``.
    public init(_ value: String, isWeak: Bool = false) {
        self.value = Self.isFit(value.utf8Span.span) ? value : Self.encoded(value)
        self.isWeak = isWeak
    }

    /// Reads a tag as the field has it: `"abc"` or `W/"abc"`; nil for anything else.
    public init?(parsing text: String) {
        var scanner = FieldScanner(text)
        self.init(&scanner)
        guard scanner.isAtEnd else { return nil }
    }

    /// Reads the tag that is next.
    init?(_ scanner: inout FieldScanner) {
        isWeak = scanner.consume("W/")
        guard scanner.consume("\"") else { return nil }
        value = String(decoding: scanner.take { $0.isTagCharacter }, as: UTF8.self)
        guard scanner.consume("\"") else { return nil }
    }

    /// Whether both are strong and the same (RFC 9110 §8.8.3.2).
    public func isStronglyEqual(to other: EntityTag) -> Bool {
        !isWeak && !other.isWeak && hasSameValue(as: other)
    }

    /// Whether both are the same, weak or not (RFC 9110 §8.8.3.2).
    public func isWeaklyEqual(to other: EntityTag) -> Bool {
        hasSameValue(as: other)
    }

    /// Whether `text` is the tag as the field has it, and nothing else.
    func isWritten(as text: String) -> Bool {
        let bytes = text.utf8Span.span
        let value = value.utf8Span.span
        let start = isWeak ? 3 : 1
        guard bytes.count == start + value.count + 1, bytes[start - 1] == UInt8(ascii: "\""),
            bytes[bytes.count - 1] == UInt8(ascii: "\""), !isWeak || text.hasOctetPrefix("W/")
        else { return false }
        for index in value.indices where bytes[start + index] != value[index] { return false }
        return true
    }

    private func hasSameValue(as other: EntityTag) -> Bool {
        value.wire == other.value.wire
    }

    /// Whether a value may stand as it is. One that looks encoded may not: the value that is encoded so is another.
    private static func isFit(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            guard bytes[index] < 0x80, bytes[index].isTagCharacter else { return false }
            if bytes[index] == UInt8(ascii: "%"), bytes.count - index > 2, bytes[index + 1].isHexDigit,
                bytes[index + 2].isHexDigit
            {
                return false
            }
        }
        return true
    }

    private static func encoded(_ value: String) -> String {
        var bytes: [UInt8] = []
        bytes.append(percentEncoding: value.utf8) { $0 < 0x80 && $0.isTagCharacter && $0 != UInt8(ascii: "%") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension EntityTag: Hashable {
    public static func == (a: EntityTag, b: EntityTag) -> Bool {
        a.isWeak == b.isWeak && a.hasSameValue(as: b)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(value.wire)
        hasher.combine(isWeak)
    }
}

extension EntityTag: CustomStringConvertible {
    /// The tag as the field has it: `"abc"` or `W/"abc"`.
    public var description: String { String(joining: [isWeak ? "W/\"" : "\"", value, "\""]) }
}

extension UInt8 {
    /// `etagc` (RFC 9110 §8.8.3), which includes the bytes beyond ASCII.
    fileprivate var isTagCharacter: Bool { self == 0x21 || (self >= 0x23 && self != 0x7f) }
}
