/// The value of If-Match or If-None-Match (RFC 9110 §13.1.1, §13.1.2).
package enum EntityTagCondition: Sendable, Hashable {
    /// `*`: whatever there is.
    case any
    /// One of these, in the order they came; at least one.
    case tags([EntityTag])

    /// Reads `*` or a list of tags.
    ///
    /// Commas inside a tag are part of it; empty members of the list are passed over (RFC 9110 §5.6.1.2). Nil for a
    /// value that is neither, which includes `*` within a list.
    package init?(_ fieldValue: String) {
        var scanner = FieldScanner(fieldValue)
        scanner.skipWhitespace()
        if scanner.consume("*") {
            scanner.skipWhitespace()
            guard scanner.isAtEnd else { return nil }
            self = .any
            return
        }
        var tags: [EntityTag] = []
        while !scanner.isAtEnd {
            if scanner.next != UInt8(ascii: ",") {
                guard let tag = EntityTag(&scanner) else { return nil }
                tags.append(tag)
                scanner.skipWhitespace()
            }
            guard scanner.isAtEnd || scanner.consume(",") else { return nil }
            scanner.skipWhitespace()
        }
        guard !tags.isEmpty else { return nil }
        self = .tags(tags)
    }
}
