/// Holds the writer of a response to the size that was announced: what every ``ResponseSink`` counts with.
public struct ContentAccount: Sendable {
    private var declared: Int64?
    private var remaining: Int64 = 0
    private var hasBegun = false
    private var failure: ContentLengthMismatch?
    /// Bytes of content so far.
    public private(set) var count: Int64 = 0
    /// Whether a piece of content was accepted, or the end.
    public private(set) var isCommitted = false

    public init() {}

    /// Begins anew, with a new head. To be called before any content was accepted.
    public mutating func begin(_ extent: ContentExtent) {
        hasBegun = true
        failure = nil
        switch extent {
        case .none: (declared, remaining) = (0, 0)
        case .exactly(let size): (declared, remaining) = (size, size)
        case .unknown: (declared, remaining) = (nil, .max)
        }
    }

    /// Whether all of an announced size was accepted. The sink keeps the last byte back then, until it is certain that the
    /// content ends: a server cuts what is too long, and the client would take it for whole.
    public var isFull: Bool { isCommitted && remaining == 0 }

    /// Accepts the next `bytes`, at least 1.
    ///
    /// - Throws: ``ContentLengthMismatch`` when they exceed what was announced; ``finish()`` throws it then too, so that a
    ///   generator which swallows the error can't make a whole download of it.
    public mutating func add(_ bytes: Int) throws(ContentLengthMismatch) {
        precondition(hasBegun, "a response needs its head before its content")
        guard Int64(bytes) <= remaining else {
            let error = failure ?? ContentLengthMismatch(declared: declared ?? 0, written: count + Int64(bytes))
            failure = error
            remaining = 0
            throw error
        }
        isCommitted = true
        count += Int64(bytes)
        remaining -= Int64(bytes)
    }

    /// Accepts the next `bytes`, at least 1, if the announced size has room for them; false if not, and then nothing changes.
    public mutating func addIfFitting(_ bytes: Int) -> Bool {
        guard Int64(bytes) <= remaining else { return false }
        isCommitted = true
        count += Int64(bytes)
        remaining -= Int64(bytes)
        return true
    }

    /// Accepts the end.
    ///
    /// - Throws: ``ContentLengthMismatch`` when the content is shorter or longer than announced.
    public mutating func finish() throws(ContentLengthMismatch) {
        precondition(hasBegun, "a response needs its head before its end")
        if let failure { throw failure }
        if let declared, count < declared { throw ContentLengthMismatch(declared: declared, written: count) }
        isCommitted = true
    }
}
