/// Reads a field value byte by byte, from its beginning.
struct FieldScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next byte, which stays.
    var next: UInt8? { rest.first }

    /// Passes the next byte, if there is one.
    mutating func skip() {
        rest = rest.dropFirst()
    }

    /// Passes `byte` if it is next.
    mutating func consume(_ byte: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: byte) else { return false }
        rest.removeFirst()
        return true
    }

    /// Passes `literal`, letter by letter the same, if it is next.
    mutating func consume(_ literal: String) -> Bool {
        guard rest.starts(with: literal.utf8) else { return false }
        rest.removeFirst(literal.utf8.count)
        return true
    }

    /// Passes optional whitespace (RFC 9110 §5.6.3).
    mutating func skipWhitespace() {
        while let byte = rest.first, byte == 0x20 || byte == 0x09 { rest.removeFirst() }
    }

    /// Passes the bytes that `isWanted` accepts, and returns them; empty if the next is none.
    mutating func take(while isWanted: (UInt8) -> Bool) -> Substring {
        let end = rest.firstIndex { !isWanted($0) } ?? rest.endIndex
        defer { rest = rest[end...] }
        return Substring(rest[..<end])
    }

    /// Passes exactly `count` decimal digits and returns their value.
    mutating func number(digits count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let byte = rest.first, byte.isDigit else { return nil }
            value = value * 10 + Int(byte - 0x30)
            rest.removeFirst()
        }
        return value
    }

    /// Passes the first of `words` that is next and returns its index.
    mutating func index(in words: [String]) -> Int? {
        words.firstIndex { consume($0) }
    }
}

extension UInt8 {
    /// `DIGIT` (RFC 5234).
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// `ALPHA` (RFC 5234).
    var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7a }

    /// Either case of a hexadecimal digit.
    var isHexDigit: Bool { isDigit || ((self | 0x20) >= 0x61 && (self | 0x20) <= 0x66) }

    /// `tchar` (RFC 9110 §5.6.2).
    var isTokenCharacter: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e, 0x5f, 0x60, 0x7c, 0x7e: true
        default: isDigit || isLetter
        }
    }

    /// The upper-case hexadecimal digit of a value below 16.
    static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }
}
