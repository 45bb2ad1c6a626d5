import HTTPTypes

extension DownloadRequest {
    /// The query, decoded anew at each call.
    ///
    ///     let rows = try request.query.integer("rows", in: 0...1_000_000) ?? 100
    ///
    /// - Throws: ``DownloadError/badRequest`` for an invalid percent-encoding and for what is not UTF-8. A view lets it pass.
    public var query: QueryItems {
        get throws(DownloadError) {
            guard let path = http.path, let mark = path.firstIndex(of: "?") else { return try QueryItems("") }
            return try QueryItems(path[path.index(after: mark)...].prefix { $0 != "#" })
        }
    }

    /// The cookies by name (RFC 6265 §4.2.1), with quotes around a value removed. Of a repeated name the first counts: it has the
    /// most specific path. What is no pair is passed over.
    public var cookies: [String: String] {
        var cookies: [String: String] = [:]
        guard let field = headerFields[.cookie] else { return cookies }
        for pair in field.split(separator: ";") {
            guard let sign = pair.firstIndex(of: "=") else { continue }
            let name = pair[..<sign].trimmed
            var value = pair[pair.index(after: sign)...].trimmed
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            guard !name.isEmpty, cookies[String(name)] == nil else { continue }
            cookies[String(name)] = String(value)
        }
        return cookies
    }

    /// The scheme that the client used, `http` or `https`, as the web server reports it; nil if it did not say.
    public var scheme: String? { http.scheme }

    /// The host, and the port if it is not the usual one, that the client asked.
    public var authority: String? { http.authority }
}

extension Substring {
    /// Without the spaces and tabs around it.
    var trimmed: Substring {
        var text = self
        while let first = text.utf8.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
            text.removeFirst()
        }
        while let last = text.utf8.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { text.removeLast() }
        return text
    }
}
