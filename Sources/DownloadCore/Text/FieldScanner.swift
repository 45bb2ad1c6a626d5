/// Reads a field value byte by byte, from its beginning.
struct FieldScanner {
    // A copy: an array's bytes are reached several times faster than those of a part of a string.
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position == bytes.count }

    /// The next byte, which stays.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Passes the next byte, if there is one.
    mutating func skip() {
        if position < bytes.count { position += 1 }
    }

    /// Passes `literal`, letter by letter the same, if it is next.
    mutating func consume(_ literal: String) -> Bool {
        consume(literal) { $0 == $1 }
    }

    /// Passes `literal`, which is in lower-case letters, in any case of letters if it is next.
    mutating func consumeInAnyCase(_ literal: String) -> Bool {
        consume(literal) { $0.isLetter && $0 | 0x20 == $1 }
    }

    private mutating func consume(_ literal: String, by areEqual: (UInt8, UInt8) -> Bool) -> Bool {
        let literal = literal.utf8Span.span
        guard bytes.count - position >= literal.count else { return false }
        for index in literal.indices where !areEqual(bytes[position + index], literal[index]) { return false }
        position += literal.count
        return true
    }

    /// Passes optional whitespace (RFC 9110 §5.6.3).
    mutating func skipWhitespace() {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    }

    /// Passes the bytes that `isWanted` accepts, and returns them; empty if the next one is not wanted.
    mutating func take(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count, isWanted(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }

    /// Passes exactly `count` decimal digits and returns their value.
    mutating func number(digits count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let byte = next, byte.isDigit else { return nil }
            value = value * 10 + Int(byte - 0x30)
            position += 1
        }
        return value
    }

    /// Passes the first of `words` that is next and returns its index.
    mutating func index(in words: [String]) -> Int? {
        words.firstIndex { consume($0) }
    }
}
