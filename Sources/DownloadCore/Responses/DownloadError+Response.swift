import HTTPTypes

extension DownloadError {
    /// The answer to a request that failed: `application/problem+json` (RFC 9457) if the client asks for JSON, else a line of
    /// text.
    ///
    /// It tells the status and nothing of ``reason``.
    public func response(to request: DownloadRequest) -> DownloadResponse {
        let status = status
        var fields = headerFields
        let asksForJSON = Self.prefersJSON(request.headerFields)
        fields[.contentType] = asksForJSON ? "application/problem+json" : "text/plain; charset=utf-8"
        fields[.xContentTypeOptions] = "nosniff"
        let text =
            asksForJSON
            ? "{\"type\":\"about:blank\",\"title\":\"\(status.reasonPhrase)\",\"status\":\(status.code)}\n"
            : "\(status.code) \(status.reasonPhrase)\n"
        return DownloadResponse(status: status, headerFields: fields, content: .bytes(Array(text.utf8)))
    }

    /// Whether Accept names a JSON type, and no plainer text or anything at all with the same or a higher weight.
    ///
    /// A client that states no preference is a browser or `curl`, and a person reads the answer: text.
    private static func prefersJSON(_ fields: HTTPFields) -> Bool {
        guard let accept = fields[.accept] else { return false }
        var json = 0
        var text = 0
        for member in accept.split(separator: ",") {
            var parts = member.split(separator: ";").makeIterator()
            let type = (parts.next() ?? "").filter { $0 != " " && $0 != "\t" }.lowercased()
            var weight = 1000
            while let parameter = parts.next() {
                let pair = parameter.filter { $0 != " " && $0 != "\t" }.lowercased()
                if pair.hasPrefix("q=") { weight = thousandths(pair.dropFirst(2)) }
            }
            switch type {
            case "application/problem+json", "application/json", "application/*":
                json = max(json, weight)
            case "text/plain", "text/html", "text/*", "application/xhtml+xml":
                text = max(text, weight)
            default:
                break
            }
        }
        return json > text
    }

    /// A weight (RFC 9110 §12.4.2) in thousandths; 0 for what is not one.
    private static func thousandths(_ weight: Substring) -> Int {
        let parts = weight.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = Int(first), whole == 0 || whole == 1 else { return 0 }
        guard parts.count == 2 else { return whole * 1000 }
        let digits = parts[1].prefix(3)
        guard let fraction = digits.isEmpty ? 0 : Int(digits) else { return 0 }
        let scale = [1, 100, 10, 1][digits.count]
        return min(1000, whole * 1000 + fraction * scale)
    }
}
