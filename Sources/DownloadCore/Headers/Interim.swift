// Stand-ins until the headers of the core branch are merged.

struct ContentDisposition: CustomStringConvertible {
    enum Kind: String { case attachment, inline }
    var kind: Kind
    var filename: String
    init(_ kind: Kind, filename: String) {
        self.kind = kind
        self.filename = filename
    }
    var description: String { filename.isEmpty ? kind.rawValue : "\(kind.rawValue); filename=\"\(filename)\"" }
}

enum MediaTypeTable {
    static func mediaType(forName name: String) -> String? {
        name.hasSuffix(".txt") ? "text/plain" : name.hasSuffix(".csv") ? "text/csv" : nil
    }
}
