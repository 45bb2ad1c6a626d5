/// A text that names something in a request or a response, compared octet by octet.
///
/// Swift holds two texts equal that Unicode calls canonically equivalent: the Kelvin sign (U+212A) and `K`, the Greek
/// question mark (U+037E) and `;`, `Å` in its composed and its decomposed form. A URI, a field or a cookie has octets
/// (RFC 3986 §6.2.1), and so has whatever a web server compares: a path that the server has let pass as one text must
/// not be taken here for another, which it protects. So what comes from outside is compared, and used as a key, as a
/// `WireText`:
///
///     if request.user?.wire == "Kim" { … }
///     let reports: [WireText: Report] = ["Q1": first, "Q2": second]
///     let report = reports[WireText(request.path)]
public struct WireText: Sendable, Hashable {
    /// The text itself.
    public let text: String

    /// Wraps a text; nothing of it is changed.
    public init(_ text: String) {
        self.text = text
    }

    /// Copies a part of a text.
    public init(_ text: Substring) {
        self.text = String(text)
    }

    public static func == (a: WireText, b: WireText) -> Bool {
        let a = a.text.utf8Span.span
        let b = b.text.utf8Span.span
        guard a.count == b.count else { return false }
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        unsafe text.utf8Span.span.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        // No text's UTF-8 has this byte: ("ab", "c") and ("a", "bc") are hashed as different.
        hasher.combine(0xFF as UInt8)
    }
}

extension WireText: Comparable {
    /// Whether `a` is before `b` in the order of their octets, which is that of their Unicode scalars.
    public static func < (a: WireText, b: WireText) -> Bool {
        a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }
}

extension WireText: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) {
        self.init(text)
    }
}

extension WireText: CustomStringConvertible {
    public var description: String { text }
}

extension String {
    /// The text as something that is compared octet by octet.
    public var wire: WireText { WireText(self) }
}

extension Substring {
    /// The text as something that is compared octet by octet.
    public var wire: WireText { WireText(self) }
}
