/// Whatever answers requests: a router over views, for the server that received them.
public protocol RequestHandler: Sendable {
    /// Answers `request` by writing a response into `sink`, and finishes it.
    ///
    /// - Throws: Only when the response was committed and can't be completed. The server then makes the client see a
    ///   failed download. Errors before that are answered by a response, and are not thrown.
    func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws
}
