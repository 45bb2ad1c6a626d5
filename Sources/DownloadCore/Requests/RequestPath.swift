/// The path of a request, split and decoded: what routes are matched against, and what the signature of a link is over.
///
/// What a web server in front has judged as one path must not become another here. So nothing is made equal that a
/// server may hold different: an encoded slash is part of its segment (RFC 3986 §2.2), and two slashes in a row have an
/// empty segment between them, which no route has.
package struct RequestPath: Equatable, Sendable {
    /// The segments between the slashes, each percent-decoded by itself; none for the root.
    package let segments: [WireText]
    /// Whether a slash stands behind the last segment.
    package let endsWithSlash: Bool
    /// Whether a segment has a slash, which was encoded.
    package let hasEncodedSlash: Bool
    /// Whether each octet is written in the one way that RFC 3986 §6.2.2 prefers: encoded only if it is reserved or
    /// can't be in a path, in upper-case digits.
    package let isNormalized: Bool

    /// Reads the target of a request (RFC 9112 §3.2.1). The query is dropped; the path is split, then percent-decoded
    /// once.
    ///
    /// Nil for what is not a path on a server: an invalid percent-encoding, invalid UTF-8, a NUL or another control
    /// character, a `#`, a `.` or `..` (a web server has resolved those, unless they were hidden), no leading slash.
    package init?(target: String) {
        let raw = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        // A `#` is not part of a target: some servers end the path there, others do not.
        guard raw.first == UInt8(ascii: "/"), !raw.contains(UInt8(ascii: "#")) else { return nil }
        var segments: [WireText] = []
        var hasEncodedSlash = false
        var isNormalized = true
        for part in raw.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let segment = DecodedSegment(part) else { return nil }
            hasEncodedSlash = hasEncodedSlash || segment.hasSlash
            isNormalized = isNormalized && segment.isNormalized
            segments.append(segment.text)
        }
        // What stands behind the last slash.
        let endsWithSlash = segments.last?.text.isEmpty == true
        if endsWithSlash { segments.removeLast() }
        self.endsWithSlash = endsWithSlash && !segments.isEmpty
        self.segments = segments
        self.hasEncodedSlash = hasEncodedSlash
        self.isNormalized = isNormalized
    }

    /// The path as text, decoded. A slash that is part of a segment is still encoded, as `%2F`.
    package var text: String {
        text(of: segments) + (endsWithSlash ? "/" : "")
    }

    /// Some of the segments as the path of them alone.
    package func text(of segments: some Collection<WireText>) -> String {
        hasEncodedSlash
            ? joined(segments, slash: "%2F") : "/" + segments.lazy.map(\.text).joined(separator: "/")
    }

    /// The path as text, so that no two paths have the same: a slash that is part of a segment is a NUL, which no path
    /// has.
    package var signedText: String {
        hasEncodedSlash ? joined(segments, slash: "\0") + (endsWithSlash ? "/" : "") : text
    }

    private func joined(_ segments: some Collection<WireText>, slash: String) -> String {
        var text = ""
        for segment in segments {
            text += "/"
            text += segment.text.splitOctets { $0 == UInt8(ascii: "/") }.joined(separator: slash)
        }
        return text
    }
}

/// One segment of a path, decoded.
private struct DecodedSegment {
    let text: WireText
    private(set) var hasSlash = false
    private(set) var isNormalized = true

    /// Nil for what is not a segment of a path on a server.
    init?(_ raw: Substring.UTF8View) {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index < raw.endIndex {
            var byte = raw[index]
            raw.formIndex(after: &index)
            if byte == UInt8(ascii: "%") {
                guard let high = Self.digit(raw, &index, &isNormalized),
                    let low = Self.digit(raw, &index, &isNormalized)
                else { return nil }
                byte = high << 4 | low
                if byte.isUnreserved { isNormalized = false }
                if byte == UInt8(ascii: "/") { hasSlash = true }
            }
            guard byte >= 0x20, byte != 0x7F else { return nil }
            decoded.append(byte)
        }
        // Also between slashes that were encoded: who makes a path of files of it is not led out of a folder.
        for part in decoded.split(separator: UInt8(ascii: "/")) where part.count <= 2 {
            if part.allSatisfy({ $0 == UInt8(ascii: ".") }) { return nil }
        }
        guard let text = String(validating: decoded, as: UTF8.self),
            !text.unicodeScalars.contains(where: { (0x80...0x9F).contains($0.value) })
        else { return nil }
        self.text = text.wire
    }
    private static func digit(
        _ bytes: Substring.UTF8View,
        _ index: inout String.Index,
        _ isNormalized: inout Bool
    ) -> UInt8? {
        guard index < bytes.endIndex else { return nil }
        defer { bytes.formIndex(after: &index) }
        let byte = bytes[index]
        if byte >= UInt8(ascii: "a") { isNormalized = false }
        return byte.hexValue
    }
}

extension Sequence<UInt8> {
    /// Whether bytes that are not UTF-8 were replaced in what a client sent (U+FFFD): a client that means this
    /// character encodes it.
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
