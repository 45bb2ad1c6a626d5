/// The path of a request, decoded and split: what routes are matched against, and what the signature of a link is over.
package struct RequestPath: Equatable, Sendable {
    /// The segments between the slashes, percent-decoded; none for the root.
    package let segments: [WireText]
    /// Whether a slash stands behind the last segment.
    package let endsWithSlash: Bool

    /// Reads the target of a request (RFC 9112 §3.2.1). The query is dropped, the path is percent-decoded once, and repeated
    /// slashes count as one.
    ///
    /// Nil for what a path on a server can't honestly be: an invalid percent-encoding, invalid UTF-8, a NUL or another control
    /// character, a `.` or `..` segment (a web server has resolved those, unless they were hidden), no leading slash.
    package init?(target: String) {
        let raw = target.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard raw.first == UInt8(ascii: "/") else { return nil }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index < raw.endIndex {
            var byte = raw[index]
            raw.formIndex(after: &index)
            if byte == UInt8(ascii: "%") {
                guard let high = RequestPath.digit(raw, &index), let low = RequestPath.digit(raw, &index) else {
                    return nil
                }
                byte = high << 4 | low
            }
            guard byte >= 0x20, byte != 0x7F else { return nil }
            decoded.append(byte)
        }
        var segments: [WireText] = []
        for part in decoded.split(separator: UInt8(ascii: "/")) {
            guard let segment = String(validating: part, as: UTF8.self)?.wire, segment != ".", segment != "..",
                !segment.text.unicodeScalars.contains(where: { (0x80...0x9F).contains($0.value) })
            else { return nil }
            segments.append(segment)
        }
        self.segments = segments
        endsWithSlash = decoded.last == UInt8(ascii: "/") && !segments.isEmpty
    }

    private static func digit(_ bytes: Substring.UTF8View, _ index: inout String.Index) -> UInt8? {
        guard index < bytes.endIndex else { return nil }
        defer { bytes.formIndex(after: &index) }
        return bytes[index].hexValue
    }

    /// The path as text, decoded and with single slashes.
    package var text: String { "/" + segments.map(\.text).joined(separator: "/") + (endsWithSlash ? "/" : "") }
}

extension Sequence<UInt8> {
    /// Whether bytes that are no UTF-8 were replaced in what a client sent (U+FFFD): a client that means this character encodes it.
    package var wasRepaired: Bool {
        var matched = 0
        for byte in self {
            switch byte {
            case 0xEF: matched = 1
            case 0xBF where matched == 1: matched = 2
            case 0xBD where matched == 2: return true
            default: matched = 0
            }
        }
        return false
    }
}
