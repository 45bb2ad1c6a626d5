public import HTTPTypes

/// The sink of one response: its head first, then its content.
///
/// The web server's side implements it. The contract that makes a failed download look failed: the head is held back
/// until the first piece of content (or the end) is there, and a response that is not finished is never ended properly.
public protocol ResponseSink: ByteSink, ~Copyable {
    /// Whether a piece of content was accepted. Until then ``begin(_:extent:)`` may be called again, and replaces the
    /// head.
    var isCommitted: Bool { get }

    /// Sets the head of the response. Nothing is sent yet, and what was refused under a head before is forgotten.
    ///
    /// Behind content it is a mistake: nothing more is accepted then, and the response fails.
    mutating func begin(_ head: HTTPResponse, extent: ContentExtent)

    /// Ends the response properly.
    ///
    /// - Throws: ``ContentLengthMismatch`` when fewer bytes were written than announced; whatever sending throws; what
    ///   a write has thrown since ``begin(_:extent:)``, since a generator may have swallowed it; ``ResponseOrderError``
    ///   without a head.
    mutating func finish() async throws

    /// Reports, for the log, an error that is answered by a response instead of being thrown.
    ///
    /// Nothing of it reaches the client. The default does nothing.
    mutating func log(_ error: any Error)

    /// Reports, for the log and the status, which route the request has taken, by its pattern. The default does
    /// nothing.
    mutating func didMatch(route pattern: String)

    /// Reports, for the log, that nobody says the media type of a file, and that nothing is known of its name, so
    /// that it is sent as `application/octet-stream`. The default does nothing.
    mutating func didNotFindMediaType(of name: String)
}

extension ResponseSink where Self: ~Copyable {
    public mutating func log(_ error: any Error) {}
    public mutating func didMatch(route pattern: String) {}
    public mutating func didNotFindMediaType(of name: String) {}
}
