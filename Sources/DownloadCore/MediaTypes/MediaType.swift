/// What can be said of a media type by its text (RFC 9110 §8.3.1).
package enum MediaType {
    /// The type of content of which nothing is known.
    package static let unknown = "application/octet-stream"

    /// Whether a charset says something about content of this type.
    ///
    /// It does for `text/*`, for JavaScript (RFC 9239 §4.1) and for XML documents (RFC 7303 §3). It does not for JSON,
    /// which is UTF-8 and defines no charset (RFC 8259 §11), nor for images, SVG among them, which name their encoding
    /// themselves.
    package static func isText(_ type: String) -> Bool {
        if type.hasOctetPrefix("text/") { return true }
        let name = Substring(type.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }).lowercasedASCII
        if name.hasOctetPrefix("text/") { return true }
        guard name.hasOctetPrefix("application/") else { return false }
        switch name.droppingOctets(12).wire {
        case "javascript", "ecmascript", "x-javascript", "xml", "xml-dtd", "xml-external-parsed-entity": return true
        default: return name.hasOctetSuffix("+xml")
        }
    }

    /// The value of a Content-Type field.
    ///
    /// - Parameters:
    ///   - type: A media type, with parameters or without. If it is not a valid one, the result is ``unknown``: so
    ///     nothing in it can add a line to a header.
    ///   - charset: Added to a text type that has no parameters of its own; left out if it is not a token.
    package static func contentType(_ type: String, charset: String?) -> String {
        guard let hasParameters = hasParameters(type) else { return unknown }
        return hasParameters ? type : contentType(known: type, charset: charset)
    }

    /// The same for what is known to be `type/subtype`.
    static func contentType(known type: String, charset: String?) -> String {
        guard let charset, isText(type), isToken(charset) else { return type }
        return String(joining: [type, "; charset=", charset])
    }

    /// Whether `text` is `type/subtype`, with no parameters.
    static func isType(_ text: String) -> Bool {
        var slash = false
        var isEmpty = true
        for byte in text.utf8 {
            if byte.isTokenCharacter {
                isEmpty = false
            } else {
                guard byte == UInt8(ascii: "/"), !slash, !isEmpty else { return false }
                slash = true
                isEmpty = true
            }
        }
        return slash && !isEmpty
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8Span.span.allSatisfy(\.isTokenCharacter)
    }

    private static func skipType(_ scanner: inout FieldScanner) -> Bool {
        !scanner.take(while: \.isTokenCharacter).isEmpty && scanner.consume("/")
            && !scanner.take(while: \.isTokenCharacter).isEmpty
    }

    /// Whether parameters follow the type; nil if `text` is not a media type.
    private static func hasParameters(_ text: String) -> Bool? {
        if isType(text) { return false }
        var scanner = FieldScanner(text)
        guard skipType(&scanner) else { return nil }
        let hasParameters = !scanner.isAtEnd
        while !scanner.isAtEnd {
            scanner.skipWhitespace()
            guard scanner.consume(";") else { return nil }
            scanner.skipWhitespace()
            // A parameter may be empty (RFC 9110 §5.6.6).
            if scanner.isAtEnd || scanner.next == UInt8(ascii: ";") { continue }
            guard !scanner.take(while: \.isTokenCharacter).isEmpty, scanner.consume("="), skipValue(&scanner) else {
                return nil
            }
        }
        return hasParameters
    }

    /// Passes a token or a quoted string (RFC 9110 §5.6.4).
    private static func skipValue(_ scanner: inout FieldScanner) -> Bool {
        guard scanner.consume("\"") else { return !scanner.take(while: \.isTokenCharacter).isEmpty }
        while true {
            _ = scanner.take { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x22 && $0 != 0x5c && $0 != 0x7f) }
            if scanner.consume("\"") { return true }
            guard scanner.consume("\\"), let escaped = scanner.next, escaped == 0x09 || escaped >= 0x20, escaped != 0x7f
            else { return false }
            scanner.skip()
        }
    }
}
