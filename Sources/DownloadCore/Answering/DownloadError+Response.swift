import HTTPTypes

extension DownloadError {
    /// The answer to a request that failed: `application/problem+json` (RFC 9457) if the client asks for JSON, else a
    /// line of text.
    ///
    /// It tells the status and ``detail``, and nothing of ``reason``. No cache keeps it, unless ``headerFields`` has
    /// Cache-Control: of a 404, 405, 410 or 501 that says nothing a cache assumes that it stays so (RFC 9110 §15.1),
    /// and what is generated may be there a moment later.
    public func response(to request: DownloadRequest) -> DownloadResponse {
        let asksForJSON = Self.asksForJSON(request)
        var fields = headerFields
        fields[.contentType] = asksForJSON ? "application/problem+json" : "text/plain; charset=utf-8"
        fields[.xContentTypeOptions] = "nosniff"
        if !fields.contains(.cacheControl) { fields[.cacheControl] = "no-store" }
        // A cache may be told to keep it.
        fields.append(HTTPField(name: .vary, value: "Accept"))
        let text = asksForJSON ? problem : plainText
        return DownloadResponse(status: status, headerFields: fields, content: .bytes(Array(text.utf8)))
    }

    private var plainText: String {
        let line = "\(status.code) \(status.reasonPhrase)"
        return if let detail { "\(line): \(detail)\n" } else { "\(line)\n" }
    }

    private var problem: String {
        let members = "\"type\":\"about:blank\",\"title\":\(status.reasonPhrase.jsonString),\"status\":\(status.code)"
        return if let detail { "{\(members),\"detail\":\(detail.jsonString)}\n" } else { "{\(members)}\n" }
    }

    /// Whether Accept prefers a JSON type. A client without preference is a browser or `curl`, and a person reads the
    /// answer.
    private static func asksForJSON(_ request: DownloadRequest) -> Bool {
        let offers = ["text/plain", "application/problem+json", "application/json"]
        return request.preferredMediaType(of: offers)?.hasOctetSuffix("json") ?? false
    }
}
