import HTTPTypes

extension DownloadRequest {
    /// The query, decoded again at each call.
    ///
    ///     let rows = try request.query.integer("rows", in: 0...1_000_000) ?? 100
    ///
    /// - Throws: ``DownloadError`` 400 for an invalid percent-encoding and for what is not UTF-8. A view lets it pass.
    public var query: QueryItems {
        get throws(DownloadError) {
            let beforeFragment = target.utf8.prefix { $0 != UInt8(ascii: "#") }
            let query = beforeFragment.drop { $0 != UInt8(ascii: "?") }.dropFirst()
            guard !query.wasRepaired else { throw QueryItems.notUTF8 }
            return try QueryItems(Substring(query))
        }
    }

    /// The cookies by name (RFC 6265 §4.2.1), with quotes around a value removed. Of a repeated name the first counts:
    /// it has the most specific path. What is not a pair is ignored.
    ///
    /// Where a request has several fields, Apache joins them with `, `, which no value has inside (RFC 6265 §4.1.1):
    /// before another `name=` it is a separator too.
    public var cookies: NamedValues {
        var cookies = NamedValues()
        guard let field = headerFields[.cookie] else { return cookies }
        for pair in field.utf8.split(separator: UInt8(ascii: ";")).flatMap({ Substring($0).joinedPairs }) {
            guard let sign = pair.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = pair[..<sign].trimmed
            var value = Substring(pair.utf8[sign...].dropFirst()).trimmed
            if value.utf8.count >= 2, value.utf8.first == UInt8(ascii: "\""), value.utf8.last == UInt8(ascii: "\"") {
                value = Substring(value.utf8.dropFirst().dropLast())
            }
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
    /// The parts of a cookie pair that are pairs themselves, joined with `, `.
    fileprivate var joinedPairs: [Substring] {
        var pairs: [Substring] = []
        var start = startIndex
        var isAfterComma = false
        for index in utf8.indices {
            if isAfterComma, utf8[index] == 0x20, Substring(utf8[index...]).beginsWithPair {
                pairs.append(Substring(utf8[start..<index].dropLast()))
                start = index
            }
            isAfterComma = utf8[index] == UInt8(ascii: ",")
        }
        pairs.append(self[start...])
        return pairs
    }

    /// Whether a name and `=` follow, after spaces.
    private var beginsWithPair: Bool {
        // Its beginning alone: this runs behind every comma.
        let rest = utf8.drop { $0 == 0x20 || $0 == 0x09 }
        let name = rest.prefix(while: \.isTokenCharacter)
        return !name.isEmpty && rest[name.endIndex...].first == UInt8(ascii: "=")
    }
}
