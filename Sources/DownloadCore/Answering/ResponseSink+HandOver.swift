import HTTPTypes

extension DownloadPlan {
    /// The field that lets the web server send the file by itself; nil if it is to be sent from here: the web server
    /// has not said that it can, the file does not lie where it may, or nothing of the file is wanted.
    func handOver(of file: some DownloadFile, for request: DownloadRequest) -> HTTPField? {
        guard let handOver = request.handOver, request.method == .get, status == .ok || status == .partialContent,
            body != .nothing, !request.headerFields.hasPrecondition, let path = file.storedPath()
        else { return nil }
        return handOver.field(forFileAt: path)
    }
}

extension HTTPFields {
    /// Whether there is a condition that was judged by what is known here: the web server would judge it once more, by
    /// its file.
    fileprivate var hasPrecondition: Bool {
        contains(.ifMatch) || contains(.ifNoneMatch) || contains(.ifModifiedSince) || contains(.ifUnmodifiedSince)
    }
}

extension DownloadResponse {
    /// The response to the web server that is to send the file. Length and ranges are its own to tell.
    func handedOver(by field: HTTPField) -> DownloadResponse {
        var response = self
        response.content = .none
        for name: HTTPField.Name in [.contentLength, .xAccelBuffering] { response.headerFields[name] = nil }
        // nginx sends its own beside this.
        if field.name == .xAccelRedirect { response.headerFields[.acceptRanges] = nil }
        response.headerFields[field.name] = field.value
        return response
    }
}

extension ResponseSink where Self: ~Copyable {
    /// Sends a response that the web server completes, and finishes it: a head without a length.
    mutating func send(_ response: DownloadResponse) async throws {
        begin(HTTPResponse(status: response.status, headerFields: response.headerFields), extent: .none)
        try await finish()
    }
}
