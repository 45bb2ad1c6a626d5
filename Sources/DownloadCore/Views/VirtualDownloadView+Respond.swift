import HTTPTypes

extension VirtualDownloadView {
    /// Answers one request: the whole way from ``file(for:)`` to the last byte.
    public func respond(
        to request: DownloadRequest,
        into sink: inout some ResponseSink & ~Copyable
    ) async throws {
        let file = try await file(for: request)
        var head = HTTPResponse(status: .ok)
        head.headerFields[.contentType] = "text/plain; charset=utf-8"
        head.headerFields[.contentDisposition] = "attachment; filename=\"\(file.name)\""
        if let size = file.size { head.headerFields[.contentLength] = String(size) }
        guard request.method != .head else {
            sink.begin(head, extent: .none)
            return try await sink.finish()
        }
        sink.begin(head, extent: file.size.map(ContentExtent.exactly) ?? .unknown)
        try await file.write(to: &sink)
        try await sink.finish()
    }

    public func wasModified(_ file: File, since value: String) -> Bool {
        file.wasModified(since: value) ?? true
    }
}
