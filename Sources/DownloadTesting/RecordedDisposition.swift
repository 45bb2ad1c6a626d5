import DownloadCore

/// A Content-Disposition as a client reads it (RFC 6266), written apart from the code that renders it.
struct RecordedDisposition {
    /// `attachment`, `inline` or whatever is there; nil if the field is missing.
    var kind: String?
    /// The name from `filename*`, or else from `filename` with its quotes and escapes undone.
    var filename: String?

    init(_ field: String) {
        var rest = Array(field.utf8)[...]
        let kind = Self.text(Self.take(until: UInt8(ascii: ";"), from: &rest))
        self.kind = kind.isEmpty ? nil : kind
        var plain: String?
        while !rest.isEmpty {
            let name = Self.text(Self.take(until: UInt8(ascii: "="), from: &rest)).lowercasedASCII.wire
            if rest.first == UInt8(ascii: "\"") {
                let value = Self.quotedString(from: &rest)
                if name == "filename" { plain = value }
            } else {
                let value = Self.take(until: UInt8(ascii: ";"), from: &rest)
                if name == "filename" { plain = Self.text(value) }
                if name == "filename*" { filename = Self.extended(value) }
            }
            rest = rest.drop { $0 == UInt8(ascii: ";") || $0 == 0x20 }
        }
        filename = filename ?? plain
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func take(until end: UInt8, from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let taken = rest.prefix { $0 != end }
        rest = rest.dropFirst(taken.count + 1)
        return taken.drop { $0 == 0x20 }
    }

    private static func quotedString(from rest: inout ArraySlice<UInt8>) -> String {
        var value: [UInt8] = []
        rest.removeFirst()
        while let next = rest.popFirst(), next != UInt8(ascii: "\"") {
            value.append(next == UInt8(ascii: "\\") ? rest.popFirst() ?? next : next)
        }
        return text(value)
    }

    /// An `ext-value` in UTF-8 (RFC 8187 §3.2); nil for another charset or what is not one.
    private static func extended(_ value: ArraySlice<UInt8>) -> String? {
        let parts = value.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, text(parts[0]).isOctetEqualIgnoringCase(to: "utf-8") else { return nil }
        return [UInt8](percentDecoding: parts[2]).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
