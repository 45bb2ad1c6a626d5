extension [UInt8] {
    /// The bytes that a percent-encoded text stands for (RFC 3986 §2.1); nil for a `%` that two hexadecimal digits do
    /// not follow.
    ///
    /// - Parameter plus: What a `+` stands for: itself, or a space in a query (`application/x-www-form-urlencoded`).
    package init?(percentDecoding text: some Sequence<UInt8>, plus: Unicode.Scalar = "+") {
        self.init()
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"):
                append(UInt8(ascii: plus))
            case UInt8(ascii: "%"):
                guard let high = rest.next()?.hexValue, let low = rest.next()?.hexValue else { return nil }
                append(high << 4 | low)
            default:
                append(byte)
            }
        }
    }

    /// Appends `bytes`, every one of them percent-encoded (RFC 3986 §2.1) that is not to be kept.
    package mutating func append(percentEncoding bytes: some Sequence<UInt8>, keeping isKept: (UInt8) -> Bool) {
        for byte in bytes {
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
