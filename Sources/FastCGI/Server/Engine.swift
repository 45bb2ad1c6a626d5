internal import CFastCGI
internal import DownloadCore
internal import DownloadSystem
internal import Glibc
internal import HTTPTypes
internal import Logging
internal import Synchronization

/// The server's core: accepts connections, receives requests, starts their tasks, keeps the limits, and stops.
///
/// `@unchecked Sendable`: all state is atomic, behind a lock, or set before the first thread starts.
final class Engine: @unchecked Sendable {
    typealias Handler = @Sendable (DownloadRequest, inout RecordSink) async throws -> Void

    /// The tag under which the listening sockets are watched: the first's, those of the others follow. A connection's is an
    /// address in memory, which is larger.
    static let listenerTag: UInt64 = 1

    let listener: Listener
    let configuration: FastCGIConfiguration
    let logger: Logger
    let pool: WorkerPool
    let statistics = Statistics()
    let pauseLog = LogLimit()
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
    let requestGuard: RequestGuard
    let allowedPeers: PeerAddresses?
    let connections = Lock<(all: [Connection], free: [Connection])>(([], []))
    private let isClaimed = Atomic<Bool>(false)
    let draining = Atomic<Bool>(false)
    let accepting = Atomic<Int>(0)
    /// Whether the workers are told of new connections: not during a pause.
    let isListening = Lock<Bool>(true)
    let pausedUntil = Atomic<Int64>(0)
    private let reserve: ReserveHandover
    /// Whether the listening socket is open still.
    private let hasListener = Atomic<Bool>(true)

    init(listener: Listener, configuration: FastCGIConfiguration, logger: Logger, handler: @escaping Handler) throws {
        self.listener = listener
        self.configuration = configuration
        self.logger = logger
        logsServed = logger.logLevel <= .debug
        self.handler = handler
        do {
            pool = try WorkerPool()
            reserve = try ReserveHandover()
            allowedPeers = listener.hasTCP ? try PeerAddresses.fromEnvironment() : nil
        } catch {
            listener.close()
            throw error
        }
        requestGuard = RequestGuard(
            limits: .init(parameterBytes: configuration.maximumHeadSize, bodyBytes: configuration.maximumBodySize),
            capacity: .init(connections: configuration.maximumRequests, requests: configuration.maximumRequests)
        )
    }

    deinit {
        closeListener()
    }

    /// Closes the listening socket, if it is open still.
    func closeListener() {
        if hasListener.exchange(false, ordering: .relaxed) { listener.close() }
    }

    /// What `FCGX_Init` has returned, which is called once: two servers may start at a time, and it is not made for that.
    ///
    /// Its handlers for signals are taken back. They cut a running write, and a program that embeds the server would no longer be
    /// ended by these signals.
    static let libraryStatus: Int32 = {
        let signals = [SIGTERM, SIGUSR1]
        let actions = signals.map { signal in
            var action = sigaction()
            _ = unsafe sigaction(signal, nil, &action)
            return action
        }
        // One that comes just now waits for the handler that it is meant for.
        var set = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, &before)
        let status = FCGX_Init()
        for (signal, var action) in zip(signals, actions) { _ = unsafe sigaction(signal, &action, nil) }
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        return status
    }()

    /// Makes a run the only one: what ends with it, as the listening socket does, is gone for good. Called before the run takes over
    /// signals, or hears that it is to stop: these are the business of the run that serves.
    ///
    /// - Throws: ``ServerAlreadyRun`` the second time.
    func claimRun() throws(ServerAlreadyRun) {
        guard !isClaimed.exchange(true, ordering: .relaxed) else { throw ServerAlreadyRun() }
    }

    /// Starts the workers, or closes the listening socket.
    func start() throws {
        // Writing to what nobody reads, or beyond the limit on the size of files, is to fail, and not to end the process: a large request
        // is handed over in a file, and the log may be one.
        for signal in [SIGPIPE, SIGXFSZ] { SignalHandler.disregard(signal) }
        do {
            guard Self.libraryStatus == 0 else { throw SystemError(call: "FCGX_Init", code: Self.libraryStatus) }
            for _ in 0..<max(1, configuration.threads) { try addWorker() }
            for socket in listener.sockets where socket.isTCP { Socket.enableKeepAlive(socket.descriptor) }
            // Better to say now that there is no descriptor for any connection than to accept none for ever.
            Glibc.close(try SystemError.check("dup", dup(listener.sockets[0].descriptor)))
            try watchSockets()
        } catch {
            pool.stop(within: 100)
            closeListener()
            throw error
        }
    }

    /// Adds a worker. The engine lives until its last one has ended: that may be after the server, when a view blocks its thread.
    func addWorker(temporary: Bool = false) throws(SystemError) {
        try pool.addWorker(temporary: temporary, handle: handle)
    }

    private func handle(_ tag: UInt64, _ events: Poller.Events) {
        if let socket = listeningSocket(tagged: tag) {
            // Most web servers connect and send at once: what is there is served without a trip through the poller.
            if let connection = acceptConnection(from: socket) { receive(from: connection) }
            return
        }
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
        // As many bytes as were looked for: the next request may wait behind them.
        if unsafe received.count == worker.scratch.count { connection.noteUnread() }
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: worker.scratch[received.count...])
        try unsafe serve(RequestExcerpt.make(of: received, in: rest), of: connection, by: worker)
        return true
    }

    /// The rare case: a request that comes in parts, or with the next one behind it, or in a form that libfcgi can't read.
    private func receiveInParts(from connection: Connection, by worker: Worker) throws {
        let scratch = unsafe worker.scratch
        while true {
            if !connection.intake.isEmpty {
                let verdict = connection.intake.examine()
                // The last part of a request stays unread, as a whole one does. All else makes way for what comes.
                if !verdict.isRequest(of: connection.intake.count), unsafe !connection.takeUnread(into: scratch) {
                    return close(connection)
                }
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
            let isTaken = unsafe !connection.intake.discards || connection.takeUnread(into: scratch)
            if unsafe received.isEmpty || !isTaken || connection.intake.hasDiscardedTooMuch { return close(connection) }
        }
    }

    func logRefusal(_ reason: String) {
        refusalLog.atMostOnceASecond { logger.notice("refused a request", metadata: ["reason": "\(reason)"]) }
    }

    /// Has libfcgi read one whole request, and answers it.
    private func serve(_ bytes: UnsafeRawBufferPointer, of connection: Connection, by worker: Worker) throws {
        let id = statistics.nextRequestID(countedIn: worker.tally(of: statistics))
        let received: RequestReader.Received?
        do {
            received = try unsafe worker.handover.give(bytes) { RequestReader.read(from: $0, id: id) }
        } catch {
            do {
                received = try unsafe reserve.give(bytes) { RequestReader.read(from: $0, id: id) }
            } catch {
                logRefusal("\(error)")
                throw error
            }
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
            guard connection.takeUnread(), received.keepsConnection else { return close(connection) }
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
        var endsVisibly = sink.isFinished
        if !endsVisibly, cancellation != .clientLeft { endsVisibly = await sink.fail() }
        // The connection's end may be taken for that of the download; a reset is not. Broken off, not even a finished one has its own.
        let isBrokenOff = draining.load(ordering: .relaxed) && !connection.output.isOpen
        if isBrokenOff || !endsVisibly { connection.keepUnread() }
        statistics.requestEnded(
            bytes: sink.contentBytes,
            milliseconds: connection.age(at: MonotonicClock.now),
            failure: failure,
            cancellation: cancellation,
            countedIn: Worker.current?.tally(of: statistics)
        )
        report(received.request, on: connection, sink, failure: failure, cancellation: cancellation)
        let keeps = sink.isFinished && received.keepsConnection && !draining.load(ordering: .relaxed)
        let isFit = connection.endResponding()
        statistics.active.subtract(1, ordering: .relaxed)
        if keeps, isFit {
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
            "request": "\(request.id)", "target": "\(request.logTarget)", "route": "\(connection.route.excerpt())",
            "status": "\(sink.status)", "bytes": "\(sink.contentBytes)",
        ]
        if let cancellation {
            metadata["reason"] = "\(cancellation)"
            logger.info("a download was cut", metadata: metadata)
        } else if let failure {
            metadata["error"] = "\(failure.logDescription)"
            logger.error("a download failed", metadata: metadata)
        } else if let error = sink.noted {
            metadata["error"] = "\(error.logDescription)"
            logger.log(level: isAlarm ? .error : .debug, isAlarm ? "a request failed" : "refused", metadata: metadata)
        } else {
            logger.debug("served", metadata: metadata)
        }
    }
}
