extension [UInt8] {
    /// Appends `text` in UTF-8, with every byte percent-encoded (RFC 3986 §2.1) that is not to be kept.
    package mutating func append(percentEncoding text: some StringProtocol, keeping isKept: (UInt8) -> Bool) {
        for byte in text.utf8 {
            if isKept(byte) {
                append(byte)
            } else {
                self += [UInt8(ascii: "%"), .hexDigit(byte >> 4), .hexDigit(byte & 15)]
            }
        }
    }
}
