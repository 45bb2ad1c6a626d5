public import HTTPTypes

extension ResponseSink where Self: ~Copyable {
    /// Sends a whole response that is in memory, and finishes it.
    ///
    /// Content-Length is set from the content. ``DownloadResponse/Content/file`` counts as no content here. What nobody
    /// has said is said: that content without a media type is of no known one, and is not to be guessed at; that there
    /// are no ranges of a 200, since a web server may cut them out itself.
    ///
    /// - Parameter method: The request's method; the answer to HEAD has the same head and no content.
    public mutating func send(_ response: DownloadResponse, for method: HTTPRequest.Method) async throws {
        var head = HTTPResponse(status: response.status, headerFields: response.headerFields)
        let bytes = response.content.bytes ?? []
        guard response.status.allowsContent else {
            head.headerFields[.contentLength] = nil
            begin(head, extent: .none)
            return try await finish()
        }
        head.headerFields[.contentLength] = String(bytes.count)
        if !bytes.isEmpty, !head.headerFields.contains(.contentType) {
            head.headerFields[.contentType] = MediaType.unknown
            head.headerFields[.xContentTypeOptions] = "nosniff"
        }
        if response.status == .ok, method == .get || method == .head, !head.headerFields.contains(.acceptRanges) {
            head.headerFields[.acceptRanges] = "none"
        }
        guard method != .head else {
            begin(head, extent: .none)
            return try await finish()
        }
        begin(head, extent: .exactly(Int64(bytes.count)))
        try await write(bytes)
        try await finish()
    }
}

extension HTTPResponse.Status {
    /// Whether a response with this status can have content (RFC 9110 §6.4.1, §15.3.6).
    var allowsContent: Bool {
        kind != .informational && self != .noContent && self != .resetContent && self != .notModified
    }
}
