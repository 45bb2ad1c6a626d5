// Stand-ins until the headers of the core branch are merged.

struct ContentDisposition: CustomStringConvertible {
    enum Kind: String { case attachment, inline }
    var kind: Kind
    var filename: String
    init(_ kind: Kind, filename: String) {
        self.kind = kind
        self.filename = filename
    }
    var description: String {
        let name = filename.split(separator: "/").last
            .map { $0.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 } }
        guard let name, !name.isEmpty else { return kind.rawValue }
        let plain = String(
            String.UnicodeScalarView(name.filter { $0.isASCII && $0 != "\"" && $0 != "\\" && $0 != "%" })
        )
        let shown = plain.isEmpty || plain.hasPrefix(".") ? "download\(plain)" : plain
        let quoted = "\(kind.rawValue); filename=\"\(shown)\""
        guard shown != String(String.UnicodeScalarView(name)) else { return quoted }
        let encoded = String(String.UnicodeScalarView(name)).utf8
            .map { byte in
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || byte == UInt8(ascii: ".")
                    ? String(UnicodeScalar(byte)) : (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
            .joined()
        return "\(quoted); filename*=UTF-8''\(encoded)"
    }
}

enum MediaTypeTable {
    static func mediaType(forName name: String) -> String? {
        name.hasSuffix(".txt") ? "text/plain" : name.hasSuffix(".csv") ? "text/csv" : nil
    }
}
