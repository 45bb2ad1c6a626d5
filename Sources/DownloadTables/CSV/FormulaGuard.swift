/// Finds the texts that a spreadsheet would take for a formula.
package enum FormulaGuard {
    /// Whether a text needs `'` before it; see ``CSVFormat/formulaGuard``.
    package static func isNeeded(for text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = unsafe text.first else { return false }
        switch first {
        case UInt8(ascii: "-"), UInt8(ascii: "+"): return unsafe !isNumber(text)
        case UInt8(ascii: "="), UInt8(ascii: "@"), 0x09, 0x0d, 0x0a, 0x00: return true
        case 0xef where text.count >= 3:
            // U+FF1D, U+FF0B, U+FF0D, U+FF20: their full-width forms.
            let (second, third) = unsafe (text[1], text[2])
            return second == 0xbc
                ? third == 0x9d || third == 0x8b || third == 0x8d || third == 0xa0
                : false
        default: return false
        }
    }

    /// Whether a text is wholly one number: a minus at most, digits, decimals, an exponent. What begins with a plus is
    /// a telephone number.
    private static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var position = 0
        func digits() -> Bool {
            let start = position
            while position < text.count, unsafe text[position] >= 0x30, unsafe text[position] <= 0x39 { position += 1 }
            return position > start
        }
        func skip(_ bytes: UInt8...) -> Bool {
            guard position < text.count, bytes.contains(unsafe text[position]) else { return false }
            position += 1
            return true
        }
        _ = skip(UInt8(ascii: "-"))
        guard digits() else { return false }
        if skip(UInt8(ascii: "."), UInt8(ascii: ",")), !digits() { return false }
        if skip(UInt8(ascii: "e"), UInt8(ascii: "E")) {
            _ = skip(UInt8(ascii: "-"), UInt8(ascii: "+"))
            guard digits() else { return false }
        }
        return position == text.count
    }
}
