internal import DownloadCore

/// Which media types are worth compressing: texts, and what is written as one.
enum CompressibleType {
    /// Whether content of a type is a text; parameters don't matter.
    static func contains(_ contentType: String) -> Bool {
        if MediaType.isText(contentType) { return true }
        let end = contentType.utf8.firstIndex { $0 == UInt8(ascii: ";") || $0 == 0x20 || $0 == 0x09 }
        let type = String(contentType[..<(end ?? contentType.endIndex)]).lowercasedASCII
        return suffixes.contains { type.hasOctetSuffix($0) } || names.contains(type.wire)
    }

    private static let suffixes = ["+json", "+json-seq", "+xml", "+yaml", "+text"]

    private static let names: Set<WireText> = [
        "application/dxf", "application/geo+json-seq", "application/graphql", "application/json",
        "application/json-seq", "application/jsonl", "application/jwk-set+json", "application/n-quads",
        "application/n-triples", "application/ndjson", "application/postscript", "application/rtf",
        "application/sparql-query", "application/sql", "application/toml", "application/trig", "application/typescript",
        "application/wasm",
        "application/x-httpd-php", "application/x-json-stream", "application/x-jsonlines", "application/x-ndjson",
        "application/x-perl", "application/x-python", "application/x-sh", "application/x-sql", "application/x-subrip",
        "application/x-tcl", "application/x-tex", "application/x-texinfo", "application/x-yaml", "application/yaml",
        "image/bmp", "image/svg+xml", "message/rfc822", "model/obj", "model/stl",
    ]
}
