/// A Content-Disposition as a client reads it (RFC 6266), written apart from the code that renders it.
struct RecordedDisposition {
    /// `attachment`, `inline` or whatever is there; nil if the field is missing.
    var kind: String?
    /// The name from `filename*`, or else from `filename` with its quotes and escapes undone.
    var filename: String?

    init(_ field: String) {
        var rest = Substring(field)
        kind = Self.take(until: ";", from: &rest)
        if kind?.isEmpty == true { kind = nil }
        var plain: String?
        while !rest.isEmpty {
            let name = Self.take(until: "=", from: &rest).lowercased()
            if rest.first == "\"" {
                let value = Self.quotedString(from: &rest)
                if name == "filename" { plain = value }
            } else {
                let value = Self.take(until: ";", from: &rest)
                if name == "filename" { plain = value }
                if name == "filename*" { filename = Self.extended(value) }
            }
            rest = rest.drop { $0 == ";" || $0 == " " }
        }
        filename = filename ?? plain
    }

    private static func take(until end: Character, from rest: inout Substring) -> String {
        let taken = rest.prefix { $0 != end }
        rest = rest.dropFirst(taken.count + 1)
        return String(taken.drop { $0 == " " })
    }

    private static func quotedString(from rest: inout Substring) -> String {
        var value = ""
        rest.removeFirst()
        while let next = rest.popFirst(), next != "\"" {
            value.append(next == "\\" ? rest.popFirst() ?? next : next)
        }
        return value
    }

    /// An `ext-value` in UTF-8 (RFC 8187 §3.2); nil for another charset or what is not one.
    private static func extended(_ value: String) -> String? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        var bytes: [UInt8] = []
        var rest = parts[2].utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            bytes.append(decoded)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
