extension EntityTag {
    /// Derives a strong tag from the parts that determine the content.
    ///
    ///     EntityTag(of: "orders.csv", lastOrder.id, template.version)
    ///
    /// The promise of a strong tag is yours: whenever a byte of the content changes, one of the parts must change too.
    /// Leave out one that matters (a template, a language, a content coding) and clients join parts of two different
    /// files.
    ///
    /// The tag is the first 128 bits of a SHA-256 of the parts, each with its length before it, so that `("ab", "c")`
    /// and `("a", "bc")` differ. It is the same in every process and on every machine, different contents do not
    /// collide even when someone else chooses them, and it does not show the parts; but anyone who can guess the parts
    /// can compute the tag: it is not a secret. A part counts by its text: `1` and `"1"` are the same.
    public init(of parts: any LosslessStringConvertible...) {
        self.init(of: parts)
    }

    /// Derives the same tag from a list of parts, of which there are as many as the content happens to have:
    ///
    ///     EntityTag(of: [album.name] + photos.map(\.version))
    public init(of parts: [any LosslessStringConvertible]) {
        self.init(ofUTF8: parts.map { Array($0.description.utf8) })
    }

    /// Derives a strong tag from parts that are known as bytes, as `init(of:)` does from texts.
    public init(ofBytes parts: [[UInt8]]) {
        self.init(ofUTF8: parts)
    }

    private init(ofUTF8 parts: [[UInt8]]) {
        var hash = SHA256()
        for part in parts {
            let count = UInt64(part.count)
            hash.update(stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: count >> UInt64($0)) })
            hash.update(part)
        }
        self.init(firstHalfOf: hash.finalize())
    }

    /// Makes a strong tag of bytes that come in pieces. Where one ends does not count.
    package struct Maker {
        private var hash = SHA256()

        package init() {}

        package mutating func append(_ bytes: [UInt8]) { hash.update(bytes) }

        package func finish() -> EntityTag { EntityTag(firstHalfOf: hash.finalize()) }
    }

    /// A strong tag of the first 128 bits of a digest.
    private init(firstHalfOf digest: [UInt8]) {
        let digits = digest.prefix(16).flatMap { [UInt8.hexDigit($0 >> 4), .hexDigit($0 & 15)] }
        self.init(String(decoding: digits, as: UTF8.self))
    }
}
