/// Whatever answers requests: a router over views, for the server that received them.
public protocol RequestHandler: Sendable {
    /// Answers `request` by writing a response into `sink`, and finishes it.
    ///
    /// - Throws: Only when the response was committed and can't be completed. The server then makes the client see a
    ///   failed download. Errors before that are answered by a response, and are not thrown.
    func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws

    /// How many bytes the content of `request` may have, in addition to the limit of the server; nil, the default, for
    /// no other limit.
    ///
    /// A server asks it when content is still to come. A request that has more, or says that it will, is answered at
    /// once, and ``respond(to:into:)`` gets it without its content: there, a view answers 413.
    func maximumBodySize(of request: DownloadRequest) -> Int64?
}

extension RequestHandler {
    public func maximumBodySize(of request: DownloadRequest) -> Int64? { nil }
}
