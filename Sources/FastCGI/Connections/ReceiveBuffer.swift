/// The bytes of a request that did not come all at once, or came with more behind it.
struct ReceiveBuffer {
    /// Bytes received and not yet handed on.
    private(set) var bytes: [UInt8] = []
    private var requestGuard: RequestGuard
    /// Whether the guard has counted anything of the request to come.
    private var hasCounted = false
    /// How much content the handler of the request under way takes, in bytes, once it has been asked.
    private var contentLimit: Int64?
    /// Whether the connection is refused, and only emptied so that its web server reads the answer before it sees the
    /// end.
    private(set) var discards = false
    private var discarded = 0
    /// More than any socket holds, so that a peer which reads has seen the answer by then.
    private static let maximumDiscarded = 2_097_152

    init(guardedBy requestGuard: RequestGuard) {
        self.requestGuard = requestGuard
    }

    var isEmpty: Bool { bytes.isEmpty }
    var count: Int { bytes.count }

    /// The identifier of the request that is coming, which can be answered.
    var requestUnderWay: UInt16? { discards ? nil : requestGuard.requestUnderWay }

    /// How much of its content the client may have sent, in bytes.
    var sentContent: Int { discards ? 0 : requestGuard.sentContent }

    /// Whether a refused connection has sent more than it can claim not to have known better.
    var hasDiscardedTooMuch: Bool { discarded > Self.maximumDiscarded }

    /// Takes bytes that were received.
    mutating func append(_ received: UnsafeRawBufferPointer) {
        if discards {
            discarded += received.count
        } else {
            unsafe bytes.append(contentsOf: received)
        }
    }

    mutating func examine() -> RequestGuard.Verdict {
        hasCounted = true
        let received = bytes
        let verdict = requestGuard.examine(received.span)
        if case .incomplete = verdict { requestGuard.compact(&bytes) }
        if verdict != .incomplete(.body) { contentLimit = nil }
        return verdict
    }

    /// The head of the request under way, if that has more content than its handler takes; nil while it has
    /// not, or while its head is not whole.
    ///
    /// - Parameters:
    ///   - limit: How many bytes are taken of a request; called once for each.
    ///   - read: Reads a whole request that has no content, or only its beginning.
    mutating func requestWithTooMuchContent<Request>(
        by limit: (Request) -> Int64?,
        read: ([UInt8]) throws -> Request?
    ) rethrows -> Request? {
        let expected = requestGuard.expectedContent
        guard !discards, expected > 0 else { return nil }
        if let contentLimit, expected <= contentLimit { return nil }
        guard let request = try read(requestGuard.requestSoFar(bytes.span)) else { return nil }
        contentLimit = limit(request) ?? .max
        return expected > contentLimit ?? .max ? request : nil
    }

    /// A request came that was not buffered: what was counted before it does not count for the next.
    mutating func passRequest() {
        guard hasCounted else { return }
        requestGuard.reset()
        hasCounted = false
    }

    /// Drops bytes that the guard has dealt with.
    mutating func drop(_ count: Int) {
        removeFirst(count)
    }

    private mutating func removeFirst(_ count: Int) {
        // A new one when nothing is left: a connection that waits for its next request holds no memory for the last.
        if count == bytes.count { bytes = [] } else { bytes.removeFirst(count) }
    }

    /// From now on drops whatever comes.
    mutating func discardAll() {
        discards = true
        bytes = []
    }

    /// Takes the request that the guard has found, in the form that libfcgi reads.
    mutating func takeRequest(_ shape: RequestGuard.RequestShape) -> [UInt8] {
        let request = RequestGuard.canonicalForm(of: bytes.span, shape: shape)
        removeFirst(shape.length)
        passRequest()
        return request
    }
}
