extension [UInt8] {
    /// Appends `text` in UTF-8, with every byte percent-encoded (RFC 3986 §2.1) that is not to be kept.
    package mutating func append(percentEncoding text: some StringProtocol, keeping isKept: (UInt8) -> Bool) {
        for byte in text.utf8 {
            if isKept(byte) {
                append(byte)
            } else {
                // One by one: an array of the three would be allocated for each byte.
                append(UInt8(ascii: "%"))
                append(.hexDigit(byte >> 4))
                append(.hexDigit(byte & 15))
            }
        }
    }
}
