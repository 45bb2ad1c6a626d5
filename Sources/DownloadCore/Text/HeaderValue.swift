/// Text on its way into a header field.
package enum HeaderValue {
    /// `text` on one line: control characters are left out, tabs become spaces, and both ends are trimmed.
    ///
    /// Neither CR, LF nor NUL is in the result (RFC 9110 §5.5), so it cannot end its field.
    package static func sanitized(_ text: String) -> String {
        if text.utf8Span.span.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x20: if !scalars.isEmpty { scalars.append(" ") }
            case 0x00...0x1f, 0x7f...0x9f: break
            default: scalars.append(scalar)
            }
        }
        while scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }
}
