internal import CFastCGI
internal import DownloadSystem
internal import Glibc
internal import Synchronization

/// The response's bytes on their way out: `FCGX_PutStr` copies them into a record buffer of our own, and records of up
/// to 65,504 bytes leave it without ever blocking (libfcgi's own stream sends 8 KiB at a time and waits).
///
/// Two parties touch it. The *writer*, the task of the request, appends and publishes how far it got. Whoever *flushes*
/// (the writer when the buffer is full, a worker when the writer's task suspends) holds the lock and sends only what is
/// published. Appending takes no lock, since the two never touch the same bytes.
///
/// `@unchecked Sendable`: `stream` is used by the writer alone, or by ``compact()`` while the writer waits; `buffer` is
/// shared by the rule above; all else is atomic or behind the lock.
@safe
final class RecordStream: @unchecked Sendable {
    /// How flushing went.
    enum Outcome {
        /// Everything published is sent.
        case done
        /// The socket is full.
        case wouldBlock
        /// The kernel has no memory at the moment.
        case noMemory
        /// The connection is broken: the `errno`.
        case failed(Int32)
    }

    private enum Tail {
        /// The records that end a response: an empty `FCGI_STDOUT`, `FCGI_END_REQUEST` with `FCGI_REQUEST_COMPLETE`.
        case proper
        /// A record that no server can take for a proper end: the most reliable way to make a client see that a
        /// download failed.
        case broken

        /// In bytes, no more than ``tailSize``.
        var size: Int {
            switch self {
            case .proper: ResponseRecords.endSize
            case .broken: RecordStream.brokenRecord.count
            }
        }
    }

    private static let headerSize = 8
    /// A header of a version that does not exist.
    private static let brokenRecord: [8 of UInt8] = [255, 255, 255, 255, 255, 255, 255, 255]
    /// Room behind the content for the records that end the response.
    private static let tailSize = ResponseRecords.endSize
    private static let contentEnd = BufferPool.bufferSize - tailSize

    /// What the lock guards. `@safe`, since the block that `rest` names is this response's own until it is given back.
    @safe
    private struct Transport {
        /// The connection, for as long as a response is open; it can't be closed while the lock is held.
        var descriptor: Int32 = -1
        /// Bytes of `buffer` that are in a record and not yet sent.
        var sending = 0..<0
        /// Where in `buffer` the content begins that is in no record yet.
        var recorded = headerSize
        /// What ends the response, sent after the last content.
        var tail: Tail?
        /// Whether the response has been given its end.
        var isEnded = false
        /// Whether the response was made to look failed, and sends nothing more.
        var isBrokenOff = false
        /// What a full socket left unsent, in a block of its own size, while the buffer serves others.
        var rest: UnsafeMutableRawBufferPointer?
        var restSent = 0
        var bytesSent: Int64 = 0
        /// What was unsent at the last look for forgotten content: how much was sent by then.
        var sentAtLastLook: Int64 = -1
    }

    private let pool: BufferPool
    private let stream: UnsafeMutablePointer<FCGX_Stream>
    private var buffer: UnsafeMutablePointer<UInt8>?
    /// How far the content in `buffer` may be sent.
    private let published = Atomic<Int>(RecordStream.headerSize)
    private let transport = Lock(Transport())
    private var requestID: UInt16 = 1
    /// Whether ``limitRoom()`` is in force.
    private(set) var isLimited = false

    init(pool: BufferPool) {
        self.pool = pool
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: FCGX_Stream())
    }

    deinit {
        reset()
        unsafe stream.deallocate()
    }

    // MARK: - The writer's side

    /// Makes the stream ready for the response to a request. It has no room before ``takeRoom()``: thousands of
    /// requests may wait for their first turn, or for a database.
    func open(requestID: UInt16, on descriptor: Int32) {
        reset()
        self.requestID = requestID
        isLimited = false
        transport.withLock { $0.descriptor = descriptor }
    }

    /// Takes a buffer, unless there is one.
    func takeRoom() {
        if unsafe buffer == nil { takeBuffer() }
    }

    /// Gives everything back.
    func reset() {
        transport.withLock { transport in
            if let rest = unsafe transport.rest { unsafe pool.giveBlock(rest) }
            transport = Transport()
            giveBuffer()
        }
    }

    /// How much of the buffer's room is used at a time while it is limited, in bytes.
    private static let limit = 8192

    /// Makes the buffer seem full after some bytes more, until it is full.
    func limitRoom() {
        isLimited = true
        extendLimit()
    }

    /// Gives the buffer some more of its room.
    func extendLimit() {
        guard let buffer = unsafe buffer, unsafe buffer + Self.contentEnd - Self.limit > stream.pointee.wrNext else {
            return liftLimit()
        }
        unsafe stream.pointee.stop = stream.pointee.wrNext + Self.limit
    }

    /// Gives the buffer all its room again.
    func liftLimit() {
        guard isLimited else { return }
        isLimited = false
        if let buffer = unsafe buffer { unsafe stream.pointee.stop = buffer + Self.contentEnd }
    }

    /// How many more bytes the buffer takes: none while there is no buffer.
    @inline(__always)
    var room: Int {
        guard let next = unsafe stream.pointee.wrNext, let stop = unsafe stream.pointee.stop else { return 0 }
        return unsafe next.distance(to: stop)
    }

    /// Copies bytes into the buffer; there must be room for them.
    @inline(__always)
    func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            _ = unsafe FCGX_PutStr(base.assumingMemoryBound(to: CChar.self), Int32(bytes.count), stream)
        }
    }

    /// Lets everything appended so far be sent, but for the last `held` bytes.
    @inline(__always)
    func publish(holdingBack held: Int = 0) {
        if let buffer = unsafe buffer {
            published.store(unsafe buffer.distance(to: stream.pointee.wrNext) - held, ordering: .releasing)
        }
    }

    /// Drops what was appended and not published.
    func discardUnpublished() {
        if let buffer = unsafe buffer {
            unsafe stream.pointee.wrNext = buffer + published.load(ordering: .relaxed)
        }
    }

    /// Appends the records after the content: the end of the response, behind everything appended so far, or what makes
    /// it fail.
    func end(broken: Bool = false) {
        takeRoom()
        transport.withLock { transport in
            // Both at once: a flush between the two would give a web server all it waits for, and it could
            // leave before the end.
            if !broken { publish() }
            transport.tail = broken ? .broken : .proper
            transport.isEnded = true
        }
    }

    /// After everything published was sent: starts the buffer over. Takes a buffer if ``compact()`` gave it away.
    func rewind() {
        if unsafe buffer == nil {
            takeBuffer()
        } else {
            // Both at once: a flush between the two would take what was sent for new content, and send it
            // again.
            transport.withLock {
                published.store(Self.headerSize, ordering: .relaxed)
                $0.recorded = Self.headerSize
            }
            if let buffer = unsafe buffer { unsafe stream.pointee.wrNext = buffer + Self.headerSize }
        }
    }

    /// Before a wait: keeps only the unsent rest, if there is one, and gives the buffer back. Everything must be
    /// published.
    func compact() {
        transport.withLock { transport in
            guard let buffer = unsafe buffer, unsafe transport.rest == nil else { return }
            // A record that is half sent, and what was published behind it meanwhile. The header of the latter takes
            // the place of the former's last bytes, so these are copied first.
            let begun = transport.sending
            let pending = published.load(ordering: .acquiring) - transport.recorded
            let size = begun.count + (pending > 0 ? Self.headerSize + pending : 0) + (transport.tail?.size ?? 0)
            if size > 0 {
                let rest = unsafe pool.takeBlock(size)
                unsafe rest.copyMemory(
                    from: UnsafeRawBufferPointer(start: buffer + begun.lowerBound, count: begun.count)
                )
                transport.sending = 0..<0
                prepareRecord(&transport)
                let added = transport.sending
                unsafe UnsafeMutableRawBufferPointer(rebasing: rest[begun.count...])
                    .copyMemory(from: UnsafeRawBufferPointer(start: buffer + added.lowerBound, count: added.count))
                unsafe transport.rest = rest
                transport.restSent = 0
            }
            transport.sending = 0..<0
            transport.recorded = Self.headerSize
            giveBuffer()
        }
    }

    private func takeBuffer() {
        let taken = unsafe pool.take()
        transport.withLock { _ in unsafe buffer = taken }
        unsafe stream.pointee.wrNext = taken + Self.headerSize
        unsafe stream.pointee.stop = taken + Self.contentEnd
    }

    /// To be called with the lock held.
    private func giveBuffer() {
        if let buffer = unsafe buffer { unsafe pool.give(buffer) }
        unsafe buffer = nil
        unsafe stream.pointee.wrNext = nil
        unsafe stream.pointee.stop = nil
        published.store(Self.headerSize, ordering: .relaxed)
    }

    // MARK: - Sending

    /// Bytes handed to the kernel for this response, record headers included.
    var bytesSent: Int64 { transport.withLock { $0.bytesSent } }

    /// Whether the response has been given its end.
    var isEnded: Bool { transport.withLock { $0.isEnded } }

    /// Whether something published has lain unsent since the last time that this was asked, with nothing sent
    /// meanwhile.
    func hasForgottenContent() -> Bool {
        transport.withLock { transport in
            let isUnsent =
                unsafe transport.rest != nil || !transport.sending.isEmpty || transport.tail != nil
                || published.load(ordering: .acquiring) > transport.recorded
            defer { transport.sentAtLastLook = isUnsent ? transport.bytesSent : -1 }
            return isUnsent && transport.sentAtLastLook == transport.bytesSent
        }
    }

    /// Sends what is published, as far as the socket has room.
    func flush() -> Outcome {
        transport.withLock { flush(&$0) }
    }

    private func flush(_ transport: inout Transport) -> Outcome {
        let descriptor = transport.descriptor
        guard descriptor >= 0 else { return transport.isBrokenOff ? .failed(ECONNABORTED) : .done }
        while true {
            if let rest = unsafe transport.rest {
                let unsent = unsafe UnsafeRawBufferPointer(rebasing: rest[transport.restSent...])
                switch unsafe Socket.send(unsent, to: descriptor) {
                case .sent(let count):
                    transport.restSent += count
                    transport.bytesSent += Int64(count)
                    if count == unsent.count {
                        unsafe pool.giveBlock(rest)
                        unsafe transport.rest = nil
                    }
                    continue
                case .wouldBlock: return .wouldBlock
                case .noMemory: return .noMemory
                case .failed(let code): return .failed(code)
                }
            }
            prepareRecord(&transport)
            guard let buffer = unsafe buffer, !transport.sending.isEmpty else { return .done }
            let unsent = unsafe UnsafeRawBufferPointer(
                start: buffer + transport.sending.lowerBound,
                count: transport.sending.count
            )
            switch unsafe Socket.send(unsent, to: descriptor) {
            case .sent(let count):
                transport.sending = transport.sending.dropFirst(count)
                transport.bytesSent += Int64(count)
            case .wouldBlock: return .wouldBlock
            case .noMemory: return .noMemory
            case .failed(let code): return .failed(code)
            }
        }
    }

    /// Whether anything is sent: not before a response, nor once it is broken off.
    var isOpen: Bool { transport.withLock { $0.descriptor >= 0 } }

    /// Sends the invalid record that marks a failed response, if the socket has room for all that comes before it, and
    /// closes the stream: what is unsent is given up. A response that has been sent to its end is left alone. Called by
    /// others than the writer, which may still write meanwhile.
    func breakOff() {
        transport.withLock { transport in
            guard transport.descriptor >= 0 else { return }
            if case .done = flush(&transport) {
                if transport.isEnded { return }
                unsafe Self.brokenRecord.span.withUnsafeBytes { _ = unsafe Socket.send($0, to: transport.descriptor) }
            }
            if let rest = unsafe transport.rest { unsafe pool.giveBlock(rest) }
            unsafe transport.rest = nil
            transport.descriptor = -1
            transport.isBrokenOff = true
        }
    }

    /// Puts the published content, and the tail behind it, into a record if none is being sent.
    private func prepareRecord(_ transport: inout Transport) {
        guard transport.sending.isEmpty, let buffer = unsafe buffer else { return }
        let start = transport.recorded
        let end = published.load(ordering: .acquiring)
        var from = end
        if end > start {
            // The eight bytes before the content hold content of the record before it, which is sent.
            from = start - Self.headerSize
            let count = end - start
            let header = RecordHeader(
                type: RecordHeader.Kind.standardOutput,
                requestID: requestID,
                contentLength: count
            )
            unsafe header.write(to: buffer + from)
            transport.recorded = end
        }
        var to = end
        if let tail = transport.tail {
            unsafe to += write(tail, to: buffer + to)
            transport.tail = nil
        }
        transport.sending = from..<to
    }

    /// Writes the records of a tail; how many bytes they are.
    private func write(_ tail: Tail, to buffer: UnsafeMutablePointer<UInt8>) -> Int {
        switch tail {
        case .proper:
            unsafe ResponseRecords.writeEnd(requestID, to: buffer)
            return ResponseRecords.endSize
        case .broken:
            for index in Self.brokenRecord.indices { unsafe buffer[index] = Self.brokenRecord[index] }
            return Self.brokenRecord.count
        }
    }
}

extension Range<Int> {
    fileprivate func dropFirst(_ count: Int) -> Range<Int> {
        (lowerBound + count)..<upperBound
    }
}
