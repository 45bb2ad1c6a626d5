internal import DownloadCore

extension UInt8 {
    /// Whether the byte stands for itself in the path of a URL (RFC 3986 §3.3), and in HTML around it.
    var isPathCharacterInHTML: Bool {
        isPathCharacter && self != UInt8(ascii: "&") && self != UInt8(ascii: "'")
    }
}

extension [UInt8] {
    /// The bytes that `digits` write, two for each; nil if they are not hexadecimal or an odd number.
    init?(hex digits: some Collection<UInt8>) {
        self.init()
        var rest = digits.makeIterator()
        while let first = rest.next() {
            guard let high = first.hexValue, let low = rest.next()?.hexValue else { return nil }
            append(high << 4 | low)
        }
    }
}

extension String {
    /// The text with everything percent-encoded that does not stand for itself anywhere in a URL.
    var percentEncoded: String {
        var encoded: [UInt8] = []
        encoded.append(percentEncoding: utf8, keeping: \.isUnreserved)
        return String(decoding: encoded, as: UTF8.self)
    }

    /// `bytes` in lower-case hexadecimal digits, two for each.
    init(hexOf bytes: some Sequence<UInt8>) {
        // The bit that makes a letter of ASCII lower-case is set in the digits anyway.
        self.init(
            decoding: bytes.flatMap { [UInt8.hexDigit($0 >> 4) | 0x20, .hexDigit($0 & 15) | 0x20] },
            as: UTF8.self
        )
    }
}
