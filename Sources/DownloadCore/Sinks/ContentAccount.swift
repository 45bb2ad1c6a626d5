/// Holds the writer of a response to the size that was announced: what every ``ResponseSink`` counts with.
public struct ContentAccount: Sendable {
    private var declared: Int64?
    private var remaining: Int64 = 0
    private var hasBegun = false
    private var hasEnded = false
    private var failure: (any Error)?
    /// Bytes of content so far.
    public private(set) var count: Int64 = 0
    /// Whether a piece of content was accepted, or the end.
    public private(set) var isCommitted = false

    public init() {}

    /// Starts over, with a new head.
    ///
    /// - Returns: False if content was accepted already. Then ``add(_:)`` and ``finish()`` throw
    ///   ``ResponseOrderError/headAfterContent``.
    public mutating func begin(_ extent: ContentExtent) -> Bool {
        guard !isCommitted else {
            failure = ResponseOrderError.headAfterContent
            remaining = 0
            return false
        }
        hasBegun = true
        failure = nil
        switch extent.storage {
        case .none: (declared, remaining) = (0, 0)
        case .exactly(let size): (declared, remaining) = (size, size)
        case .unknown: (declared, remaining) = (nil, .max)
        }
        return true
    }

    /// Whether all of an announced size was accepted. The sink keeps the last byte back then, until it is certain that
    /// the content ends: a server cuts what is too long, and the client would take it for whole.
    public var isFull: Bool { isCommitted && remaining == 0 }

    /// Accepts the next `bytes`, at least 1.
    ///
    /// - Throws: ``ContentLengthMismatch`` when they exceed what was announced; ``finish()`` throws it then too, so
    ///   that a generator which swallows the error can't make a whole download of it. ``ResponseOrderError`` when they
    ///   are out of order.
    public mutating func add(_ bytes: Int) throws {
        guard hasBegun else { throw ResponseOrderError.headMissing }
        guard Int64(bytes) <= remaining else {
            // What was whole stays whole.
            if hasEnded { throw failure ?? ResponseOrderError.contentAfterEnd }
            let error = failure ?? ContentLengthMismatch(declared: declared ?? 0, written: count + Int64(bytes))
            failure = error
            remaining = 0
            throw error
        }
        isCommitted = true
        count += Int64(bytes)
        remaining -= Int64(bytes)
    }

    /// Accepts the next `bytes`, at least 1, if the announced size has room for them; false if not, and then nothing
    /// changes.
    public mutating func addIfFitting(_ bytes: Int) -> Bool {
        guard Int64(bytes) <= remaining else { return false }
        isCommitted = true
        count += Int64(bytes)
        remaining -= Int64(bytes)
        return true
    }

    /// Accepts the end.
    ///
    /// - Throws: ``ContentLengthMismatch`` when the content is shorter or longer than announced; ``ResponseOrderError``
    ///   when there was no head, or a second one behind content.
    public mutating func finish() throws {
        guard hasBegun else { throw ResponseOrderError.headMissing }
        if let failure { throw failure }
        if let declared, count < declared { throw ContentLengthMismatch(declared: declared, written: count) }
        isCommitted = true
        // Whatever came now would come before the next response on a connection that is kept.
        hasEnded = true
        remaining = 0
    }
}
