public import HTTPTypes

/// How much content follows the head of a response.
public enum ContentExtent: Sendable, Hashable {
    /// No content at all: the answer to HEAD, 204, 304 (RFC 9110 §6.4.1).
    case none
    /// Exactly this many bytes; the sink holds the writer to it.
    case exactly(Int64)
    /// As many bytes as will come.
    case unknown
}

/// The sink of one response: its head first, then its content.
///
/// The web server's side implements it. The contract that makes a failed download look failed: the head is held back until
/// the first piece of content (or the end) is there, and a response that is not finished is never ended properly.
public protocol ResponseSink: ByteSink, ~Copyable {
    /// Whether a piece of content was accepted. Until then ``begin(_:extent:)`` may be called again, and replaces the head.
    var isCommitted: Bool { get }

    /// Sets the head of the response. Nothing is sent yet, and what was refused under a head before is forgotten.
    ///
    /// Behind content it is a mistake: nothing more is accepted then, and the response fails.
    mutating func begin(_ head: HTTPResponse, extent: ContentExtent)

    /// Ends the response properly.
    ///
    /// - Throws: ``ContentLengthMismatch`` when fewer bytes were written than announced; whatever sending throws; what a
    ///   write has thrown since ``begin(_:extent:)``, since a generator may have swallowed it; ``ResponseOrderError`` without a head.
    mutating func finish() async throws

    /// Tells whoever keeps the log about an error that is answered by a response instead of being thrown.
    ///
    /// Nothing of it reaches the client. The default does nothing.
    mutating func note(_ error: any Error)

    /// Tells whoever keeps the log and the status which route the request has taken, by its pattern. The default does nothing.
    mutating func noteRoute(_ pattern: String)
}

extension ResponseSink where Self: ~Copyable {
    public mutating func note(_ error: any Error) {}
    public mutating func noteRoute(_ pattern: String) {}
}

/// A response was not written in its order: a mistake of whoever wrote it, and answered as a failed download.
public enum ResponseOrderError: Error, CustomStringConvertible {
    /// Content or the end came before any head.
    case headMissing
    /// A head came behind content.
    case headAfterContent
    /// Content came behind the end.
    case contentAfterEnd

    public var description: String {
        switch self {
        case .headMissing: "the response has no head: call begin(_:extent:) before write(_:) and finish()"
        case .headAfterContent: "begin(_:extent:) was called behind content: the head can't change any more"
        case .contentAfterEnd: "write(_:) was called behind finish(), which has ended the response"
        }
    }
}

/// A content did not have the size that its file declared.
public struct ContentLengthMismatch: Error, CustomStringConvertible {
    /// What the file declared, in bytes.
    public var declared: Int64
    /// What was written, in bytes; when it exceeds ``declared``, up to and including the first piece too many.
    public var written: Int64
    /// Whether the content may have fewer bytes than ``written``: it was asked for from there on, and nothing came.
    public var mayBeShorter: Bool

    public init(declared: Int64, written: Int64, mayBeShorter: Bool = false) {
        self.declared = declared
        self.written = written
        self.mayBeShorter = mayBeShorter
    }

    public var description: String {
        let size = written > declared ? "\(written) or more bytes" : String(counting: written, "byte")
        return "the content has \(mayBeShorter ? "at most " : "")\(size), but its size was declared as \(declared)"
    }
}
