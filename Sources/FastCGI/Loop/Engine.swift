internal import CFastCGI
internal import DownloadCore
internal import Glibc
internal import HTTPTypes
internal import Logging
internal import Synchronization

/// The server's core: accepts connections, receives requests, starts their tasks, keeps the limits, and stops.
///
/// `@unchecked Sendable`: all state is atomic, behind a lock, or set before the first thread starts.
final class Engine: @unchecked Sendable {
    typealias Handler = @Sendable (DownloadRequest, inout RecordSink) async throws -> Void

    private static let listenerTag: UInt64 = 1

    let listener: Listener
    let configuration: FastCGIConfiguration
    let logger: Logger
    let pool: WorkerPool
    let statistics = Statistics()
    private let pauseLog = LogLimit()
    private let refusalLog = LogLimit()
    private let overloadLog = LogLimit()
    let arrivalLog = LogLimit()
    private let failureLog = LogBudget()
    /// Whether requests that went well are logged; asked once, since asking copies the log handler.
    private let logsServed: Bool
    let startedAt = MonotonicClock.now
    let buffers = BufferPool()
    private let handler: Handler
    /// What each connection's requests are judged by, before the first.
    private let requestGuard: RequestGuard
    private let allowedPeers: PeerAddresses?
    private let connections = Lock<(all: [Connection], free: [Connection])>(([], []))
    private let draining = Atomic<Bool>(false)
    private let accepting = Atomic<Int>(0)
    /// Whether the workers are told of new connections: not during a pause.
    private let isListening = Lock<Bool>(true)
    private let pausedUntil = Atomic<Int64>(0)
    private let reserve: ReserveHandover

    init(listener: Listener, configuration: FastCGIConfiguration, logger: Logger, handler: @escaping Handler) throws {
        self.listener = listener
        self.configuration = configuration
        self.logger = logger
        logsServed = logger.logLevel <= .debug
        self.handler = handler
        pool = try WorkerPool()
        reserve = try ReserveHandover()
        requestGuard = RequestGuard(
            limits: .init(parameterBytes: configuration.maximumHeadSize, bodyBytes: configuration.maximumBodySize),
            capacity: .init(connections: configuration.maximumRequests, requests: configuration.maximumRequests)
        )
        allowedPeers = listener.isTCP ? PeerAddresses.fromEnvironment() : nil
    }

    /// Starts the workers.
    func start() throws {
        // Its handlers for signals cut a running write: they must find the signals blocked, or already handled.
        guard FCGX_Init() == 0 else { throw SystemError(call: "FCGX_Init", code: errno) }
        signal(SIGPIPE, SIG_IGN)
        try pool.start(max(1, configuration.threads)) { [unowned self] tag, events in
            self.handle(tag, events)
        }
        // Better to say now that there is no descriptor for any connection than to accept none for ever.
        Glibc.close(try SystemError.check("dup", dup(listener.descriptor)))
        try pool.poller.watch(listener.descriptor, for: .readable, tag: Self.listenerTag)
    }

    private func handle(_ tag: UInt64, _ events: Poller.Events) {
        if tag == Self.listenerTag { return acceptConnection() }
        guard let connection = Connection.tagged(tag) else { return }
        if connection.beginReceiving() {
            // The end of what the peer sends may lie behind a request, and is not told again.
            if events.contains(.peerClosed) { connection.noteUnread() }
            return receive(from: connection)
        }
        let (left, waiter) = unsafe connection.noteEvents(events)
        if let left { connection.cancel(.clientLeft, of: left) }
        if let waiter = unsafe waiter { Worker.current?.resumeHere { unsafe waiter.resume() } }
    }

    // MARK: - Connections

    private func acceptConnection() {
        guard let connection = acceptWaiting() else { return }
        // Most web servers connect and send at once: what is there is served without a trip through the poller.
        receive(from: connection)
    }

    private func acceptWaiting() -> Connection? {
        // Counted, so that the listening socket is not closed, and its number used again, under a worker's hands; and so that a
        // server which stops knows of every connection.
        accepting.add(1, ordering: .sequentiallyConsistent)
        defer { accepting.subtract(1, ordering: .sequentiallyConsistent) }
        if draining.load(ordering: .sequentiallyConsistent) { return nil }
        do {
            guard let descriptor = try Socket.accept(from: listener.descriptor) else { return nil }
            if DescriptorLimit.isScarce(after: descriptor) {
                pauseAccepting(because: SystemError(call: "accept4", code: EMFILE))
            }
            return takeOver(descriptor)
        } catch {
            pauseAccepting(because: error)
            return nil
        }
    }

    /// A connection for an accepted descriptor, in the caller's hands; nil if the peer may not connect.
    private func takeOver(_ descriptor: Int32) -> Connection? {
        if let allowedPeers, !allowedPeers.contains(peerOf: descriptor) {
            Glibc.close(descriptor)
            statistics.requestRefused("peer-address")
            logRefusal("its peer's address is not in FCGI_WEB_SERVER_ADDRS")
            return nil
        }
        if listener.isTCP { Socket.disableDelay(descriptor) }
        statistics.connectionAccepted()
        let connection = takeConnection()
        connection.open(descriptor)
        return connection
    }

    private func takeConnection() -> Connection {
        connections.withLock { connections in
            if let connection = connections.free.popLast() { return connection }
            let connection = Connection(
                isTCP: listener.isTCP,
                pool: pool,
                buffers: buffers,
                requestGuard: requestGuard
            )
            connections.all.append(connection)
            return connection
        }
    }

    func close(_ connection: Connection) {
        connection.close()
        statistics.open.subtract(1, ordering: .relaxed)
        connections.withLock { $0.free.append(connection) }
        // There is a descriptor for one that waits.
        if isPaused { watchListener(at: MonotonicClock.now) }
    }

    /// Out of descriptors or memory: leaves waiting connections where they are for a moment.
    private func pauseAccepting(because error: SystemError) {
        let now = MonotonicClock.now
        let resumeAt = now + 100
        let pauses = isListening.withLock { isListening in
            guard isListening else { return false }
            pool.poller.remove(listener.descriptor)
            isListening = false
            pausedUntil.store(resumeAt, ordering: .relaxed)
            return true
        }
        guard pauses else { return }
        statistics.acceptingPaused()
        pauseLog.atMostOnceASecond(now) {
            logger.error("can't accept connections for the moment", metadata: ["error": "\(error)"])
        }
    }

    /// Whether new connections are left where they are for a moment.
    var isPaused: Bool { pausedUntil.load(ordering: .relaxed) != 0 }

    /// Called now and then: goes on accepting after a pause. Kept connections that nobody has used meanwhile make room.
    func resumeAccepting(at now: Int64) {
        let until = pausedUntil.load(ordering: .relaxed)
        guard until != 0, now >= until else { return }
        forEachConnection { connection in
            if connection.beginReceiving(ifKeptSince: now - 50) { closeIfSilent(connection) }
        }
        watchListener(at: now)
    }

    /// Ends a pause, if there is one still.
    private func watchListener(at now: Int64) {
        // Counted like accepting: the listening socket must not be closed meanwhile.
        accepting.add(1, ordering: .sequentiallyConsistent)
        defer { accepting.subtract(1, ordering: .sequentiallyConsistent) }
        if draining.load(ordering: .sequentiallyConsistent) { return }
        isListening.withLock { isListening in
            guard !isListening, DescriptorLimit.hasRoom(besides: listener.descriptor) else { return }
            do {
                try pool.poller.watch(listener.descriptor, for: .readable, tag: Self.listenerTag)
                isListening = true
                pausedUntil.store(0, ordering: .relaxed)
            } catch {
                // Out of memory for the set still: the next tick tries again.
                pausedUntil.store(now, ordering: .relaxed)
            }
        }
    }

    // MARK: - Requests

    /// Receives what a connection has; serves it when it is a whole request. The connection is in the caller's hands.
    private func receive(from connection: Connection) {
        guard let worker = Worker.current else { return close(connection) }
        do {
            if connection.intake.isEmpty, !connection.intake.discards, try receiveAtOnce(from: connection, by: worker) {
                return
            }
            try receiveInParts(from: connection, by: worker)
        } catch {
            close(connection)
        }
    }

    /// The usual case: one whole request waits, nothing before it and nothing behind.
    ///
    /// - Returns: False if it is not so; then nothing was taken.
    private func receiveAtOnce(from connection: Connection, by worker: Worker) throws -> Bool {
        guard
            let received = try unsafe Socket.receive(into: worker.scratch, from: connection.descriptor, peeking: true)
        else {
            waitForRequest(on: connection)
            return true
        }
        guard unsafe !received.isEmpty else {
            close(connection)
            return true
        }
        var requestGuard = self.requestGuard
        guard case .request(let shape) = requestGuard.examine(unsafe received.assumingMemoryBound(to: UInt8.self).span),
            shape.length == received.count, shape.isCanonical
        else { return false }
        connection.intake.passRequest()
        connection.leaveUnread(shape.length)
        try unsafe serve(received, of: connection, by: worker)
        return true
    }

    /// The rare case: a request that comes in parts, or with the next one behind it, or in a form that libfcgi can't read.
    private func receiveInParts(from connection: Connection, by worker: Worker) throws {
        while true {
            if !connection.intake.isEmpty {
                let verdict = connection.intake.examine()
                // The last part of a request stays unread, as a whole one does. All else makes way for what comes.
                if !verdict.isRequest(of: connection.intake.count) { connection.takeUnread() }
                switch verdict {
                case .incomplete: break
                case .request(let shape):
                    let request = connection.intake.takeRequest(shape)
                    return try unsafe request.withUnsafeBytes { try unsafe serve($0, of: connection, by: worker) }
                case .reply(let reply):
                    try send(reply.bytes, on: connection)
                    if reply.closes { return close(connection) }
                    connection.intake.drop(reply.consumed)
                    continue
                case .tooLarge(let request):
                    statistics.requestRefused("too-large-\(request.part)")
                    logRefusal("too large: its \(request.part)")
                    try send(request.answer, on: connection)
                    shutdown(connection.descriptor, Int32(SHUT_WR))
                    connection.intake.discardAll()
                case .refuse(let reason):
                    statistics.requestRefused(reason.rawValue)
                    logRefusal("\(reason)")
                    return close(connection)
                }
            }
            let scratch = unsafe worker.scratch
            guard let received = try unsafe Socket.receive(into: scratch, from: connection.descriptor, peeking: true)
            else {
                connection.countHeldIntake()
                if !connection.intake.isEmpty, buffers.heldBytes > configuration.maximumHeldBytes {
                    statistics.requestRefused("overloaded")
                    logRefusal("too much would be held")
                    return close(connection)
                }
                return waitForRequest(on: connection)
            }
            if received.count == scratch.count { connection.noteUnread() }
            unsafe connection.intake.append(received)
            connection.leaveUnread(received.count)
            if connection.intake.discards { connection.takeUnread() }
            if unsafe received.isEmpty || connection.intake.hasDiscardedTooMuch { return close(connection) }
        }
    }

    private func logRefusal(_ reason: String) {
        refusalLog.atMostOnceASecond { logger.notice("refused a request", metadata: ["reason": "\(reason)"]) }
    }

    /// Has libfcgi read one whole request, and answers it.
    private func serve(_ bytes: UnsafeRawBufferPointer, of connection: Connection, by worker: Worker) throws {
        let id = statistics.nextRequestID(countedIn: worker.tally(of: statistics))
        let received: RequestReader.Received?
        do {
            received = try unsafe worker.handover.give(bytes) { RequestReader.read(from: $0, id: id) }
        } catch {
            received = try unsafe reserve.give(bytes) { RequestReader.read(from: $0, id: id) }
        }
        guard let received else {
            // The guard and libfcgi disagree, which their tests say can't be.
            logRefusal("libfcgi can't read it")
            return close(connection)
        }
        respond(to: received, on: connection)
    }

    /// Sends a short answer of the protocol's own. A peer that does not even take that is not waited for.
    private func send(_ bytes: [UInt8], on connection: Connection) throws {
        guard !bytes.isEmpty else { return }
        let outcome = unsafe bytes.withUnsafeBytes { unsafe Socket.send($0, to: connection.descriptor) }
        guard case .sent(bytes.count) = outcome else { throw SystemError(call: "send", code: EAGAIN) }
    }

    private func waitForRequest(on connection: Connection) {
        connection.waitForRequest(afterRequest: false)
    }

    /// Starts the request's task on this thread, where it runs until it first suspends.
    private func respond(to received: RequestReader.Received, on connection: Connection) {
        // Its status is most wanted of a server that has too much to do.
        if isOverloaded, ownAnswer(to: received.request) == nil { return turnAway(received, on: connection) }
        let serial = connection.beginResponding(to: received.request, requestID: received.requestID)
        statistics.active.add(1, ordering: .relaxed)
        let task = Task.immediate(executorPreference: pool) {
            await self.run(received, on: connection)
        }
        connection.keepTask(task, serial: serial)
    }

    private var isOverloaded: Bool {
        statistics.active.load(ordering: .relaxed) >= configuration.maximumRequests
            || buffers.heldBytes > configuration.maximumHeldBytes
    }

    private func turnAway(_ received: RequestReader.Received, on connection: Connection) {
        statistics.requestRefused("overloaded")
        overloadLog.atMostOnceASecond {
            logger.warning(
                "answered 503: too much is under way",
                metadata: [
                    "active": "\(statistics.active.load(ordering: .relaxed))", "held": "\(buffers.heldBytes)",
                ]
            )
        }
        do {
            try send(ResponseRecords.answer(received.requestID, status: .serviceUnavailable), on: connection)
            connection.takeUnread()
            guard received.keepsConnection else { return close(connection) }
            connection.waitForRequest(afterRequest: true)
        } catch {
            close(connection)
        }
    }

    private func run(_ received: RequestReader.Received, on connection: Connection) async {
        var sink = RecordSink(connection)
        var failure: (any Error)?
        do {
            if let own = ownAnswer(to: received.request) {
                try await send(own, to: received.request, into: &sink)
            } else {
                try await handler(received.request, &sink)
            }
            if !sink.isFinished { try await sink.finish() }
        } catch {
            failure = error
        }
        // Before the client can know: one that has all it wants, or sees the failure, leaves at once, and is none that left.
        let cancellation = sink.isFinished ? nil : connection.cancellation
        if !sink.isFinished, cancellation != .clientLeft {
            await sink.fail()
        }
        statistics.requestEnded(
            bytes: sink.contentBytes,
            milliseconds: connection.age(at: MonotonicClock.now),
            failure: failure,
            cancellation: cancellation,
            countedIn: Worker.current?.tally(of: statistics)
        )
        report(received.request, on: connection, sink, failure: failure, cancellation: cancellation)
        let keeps = sink.isFinished && received.keepsConnection && !draining.load(ordering: .relaxed)
        connection.endResponding()
        statistics.active.subtract(1, ordering: .relaxed)
        if keeps {
            connection.waitForRequest(afterRequest: true)
        } else {
            close(connection)
        }
    }

    private func report(
        _ request: DownloadRequest,
        on connection: Connection,
        _ sink: borrowing RecordSink,
        failure: (any Error)?,
        cancellation: Cancellation?
    ) {
        // The reason of a 4xx is looked for, and is no alarm.
        let isAlarm = sink.noted.map { !DownloadError.isRefusal($0) } ?? false
        guard failure != nil || isAlarm || logsServed else { return }
        guard case .allowed(let leftOut) = failureLog.take(at: MonotonicClock.now) else { return }
        if leftOut > 0 { logger.warning("left out lines about requests", metadata: ["count": "\(leftOut)"]) }
        var metadata: Logger.Metadata = [
            "request": "\(request.id)", "target": "\(request.http.path ?? "")", "route": "\(connection.route)",
            "status": "\(sink.status)", "bytes": "\(sink.contentBytes)",
        ]
        if let cancellation {
            metadata["reason"] = "\(cancellation)"
            logger.info("a download was cut", metadata: metadata)
        } else if let failure {
            metadata["error"] = "\(failure)"
            logger.error("a download failed", metadata: metadata)
        } else if let error = sink.noted {
            metadata["error"] = "\(error)"
            logger.log(level: isAlarm ? .error : .debug, isAlarm ? "a request failed" : "refused", metadata: metadata)
        } else {
            logger.debug("served", metadata: metadata)
        }
    }

    // MARK: - Limits and stopping

    /// Calls `body` with every connection, used or not.
    func forEachConnection(_ body: (Connection) -> Void) {
        for connection in connections.withLock({ $0.all }) { body(connection) }
    }

    /// Accepts no more connections; requests under way go on.
    func beginDraining() {
        guard !draining.exchange(true, ordering: .sequentiallyConsistent) else { return }
        pool.poller.remove(listener.descriptor)
        // Those that wait already are served: their web servers can't know, and for a socket that another process shares, the
        // kernel may have told this one alone of them.
        do {
            while let descriptor = try Socket.accept(from: listener.descriptor) {
                guard let connection = takeOver(descriptor) else { continue }
                connection.waitForRequest(afterRequest: false)
                if DescriptorLimit.isScarce(after: descriptor) { throw SystemError(call: "accept4", code: EMFILE) }
            }
        } catch {
            logger.error("left connections that waited, while stopping", metadata: ["error": "\(error)"])
        }
        while accepting.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
        // Again, since a pause may have ended meanwhile: closing does not suffice for a socket that another process shares.
        pool.poller.remove(listener.descriptor)
        listener.close()
    }

    /// Closes the connections of a server that stops which have no request, and none on its way. One that was opened a moment ago
    /// may still send its first.
    func closeIdleConnections(at now: Int64) {
        forEachConnection { connection in
            if connection.beginReceiving(ifKeptSince: now, orOpenedBefore: now - 100) { closeIfSilent(connection) }
        }
    }

    /// Closes a connection that nothing has come on. What has come is left to the poller.
    private func closeIfSilent(_ connection: Connection) {
        if connection.intake.isEmpty, !Socket.isReady(connection.descriptor, for: Int16(POLLIN), milliseconds: 0) {
            close(connection)
        } else {
            connection.waitForRequest(afterRequest: false)
        }
    }

    /// Whether no connection has a request under way or about to come.
    var isDrained: Bool {
        statistics.active.load(ordering: .relaxed) == 0 && statistics.open.load(ordering: .relaxed) == 0
    }

    /// Cancels every request under way; how many were not cancelled before.
    func cancelAll() -> Int {
        var count = 0
        forEachConnection { connection in
            if connection.cancel(.serverStopped) { count += 1 }
        }
        return count
    }

    /// Makes the responses of tasks that the server does not wait for any longer look failed: what closes them, the end of the process,
    /// is to many web servers the end of a download.
    func breakOff() {
        forEachConnection { $0.breakOff() }
    }
}
