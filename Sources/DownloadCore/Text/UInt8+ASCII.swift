extension UInt8 {
    /// `DIGIT` (RFC 5234).
    package var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// `ALPHA` (RFC 5234).
    package var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7a }

    /// The byte with an upper-case ASCII letter made lower-case.
    package var lowercased: UInt8 { self >= 0x41 && self <= 0x5a ? self | 0x20 : self }

    /// Either case of a hexadecimal digit.
    var isHexDigit: Bool { isDigit || ((self | 0x20) >= 0x61 && (self | 0x20) <= 0x66) }

    /// `tchar` (RFC 9110 §5.6.2).
    var isTokenCharacter: Bool {
        // A bit for each of !#$%&'*+-. 0-9 A-Z ^_` a-z |~, the lower half of ASCII first.
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        return self < 0x80 && (self < 0x40 ? low : high) >> UInt64(self & 0x3F) & 1 == 1
    }

    /// The upper-case hexadecimal digit of a value below 16.
    package static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }

    /// The value of a hexadecimal digit of either case; nil for anything else.
    package var hexValue: UInt8? {
        guard isHexDigit else { return nil }
        return isDigit ? self - 0x30 : (self | 0x20) - 0x57
    }
}
