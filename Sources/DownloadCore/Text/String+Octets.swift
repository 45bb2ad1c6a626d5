/// What the standard library does by characters, done by octets: `"/\u{338}".hasPrefix("/")` is false there, since the
/// mark belongs to the slash, and `"a\r\n".contains("\n")` too, since both are one character.
extension StringProtocol {
    /// Whether both have the same octets.
    package func isOctetEqual(to other: some StringProtocol) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    /// Whether both have the same octets but for the case of ASCII letters: how HTTP compares names that are
    /// case-insensitive, such as media types (RFC 9110 §8.3.1). No other letter has a case here: the Kelvin sign
    /// (U+212A) is not a `k`.
    package func isOctetEqualIgnoringCase(to other: some StringProtocol) -> Bool {
        utf8.elementsEqual(other.utf8) { $0.lowercased == $1.lowercased }
    }

    /// Whether the octets begin with those of `prefix`.
    package func hasOctetPrefix(_ prefix: some StringProtocol) -> Bool {
        utf8.starts(with: prefix.utf8)
    }

    /// Whether the octets end with those of `suffix`.
    package func hasOctetSuffix(_ suffix: some StringProtocol) -> Bool {
        utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// Whether the octets of `part`, which is not empty, are somewhere in it.
    package func containsOctets(_ part: some StringProtocol) -> Bool {
        var rest = utf8[...]
        while let first = part.utf8.first, let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: part.utf8) { return true }
            rest.removeFirst()
        }
        return false
    }

    /// The text with its ASCII letters in lower case, and everything else as it is.
    package var lowercasedASCII: String {
        guard utf8.contains(where: { $0.lowercased != $0 }) else { return String(self) }
        return String(decoding: utf8.map(\.lowercased), as: UTF8.self)
    }

    /// The parts between the octets that `isSeparator` accepts, empty ones included.
    package func splitOctets(maxSplits: Int = .max, whereSeparator isSeparator: (UInt8) -> Bool) -> [SubSequence] {
        var parts: [SubSequence] = []
        var start = startIndex
        for index in utf8.indices where parts.count < maxSplits && isSeparator(utf8[index]) {
            parts.append(self[start..<index])
            start = utf8.index(after: index)
        }
        parts.append(self[start...])
        return parts
    }

    /// The text without the first `count` octets, which end between two Unicode scalars.
    package func droppingOctets(_ count: Int) -> SubSequence {
        self[(utf8.index(startIndex, offsetBy: count, limitedBy: endIndex) ?? endIndex)...]
    }
}

/// The same for whole texts, whose bytes are reached several times faster than those of any text: some of these run for
/// each request.
extension String {
    package func isOctetEqual(to other: String) -> Bool {
        utf8Span.span.count == other.utf8Span.span.count && hasOctetPrefix(other)
    }

    package func hasOctetPrefix(_ prefix: String) -> Bool {
        let bytes = utf8Span.span
        let prefix = prefix.utf8Span.span
        guard bytes.count >= prefix.count else { return false }
        for index in prefix.indices where bytes[index] != prefix[index] { return false }
        return true
    }

    package func hasOctetSuffix(_ suffix: String) -> Bool {
        let bytes = utf8Span.span
        let suffix = suffix.utf8Span.span
        let start = bytes.count - suffix.count
        guard start >= 0 else { return false }
        for index in suffix.indices where bytes[start + index] != suffix[index] { return false }
        return true
    }
}
