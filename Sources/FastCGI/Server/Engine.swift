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

    /// The tag under which the listening sockets are watched: the first's, those of the others follow. A connection's
    /// is an address in memory, which is larger.
    static let listenerTag: UInt64 = 1

    let listener: Listener
    let configuration: FastCGIConfiguration
    let logger: Logger
    let pool: WorkerPool
    let statistics = Statistics()
    let pauseLog = LogRateLimit()
    let refusalLog = LogRateLimit()
    let overloadLog = LogRateLimit()
    let arrivalLog = LogRateLimit()
    let ignoredLog = LogRateLimit()
    let failureLog = LogRateLimit(linesPerSecond: 100)
    /// The routes whose files had no media type, which are told once.
    let untypedRoutes = Lock<Set<WireText>>([])
    /// Whether requests that went well are logged; asked once, since asking copies the log handler.
    let logsServed: Bool
    let clock: ServerClock
    let startedAt: Int64
    let buffers = BufferPool { Worker.current?.spareBuffer }
    let evictionOrder = Lock(EvictionOrder<StalledRequest>())
    let handler: Handler
    /// How many bytes of content the handler of a request takes; nil for as many as the server does.
    let contentLimit: @Sendable (DownloadRequest) -> Int64?
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
    let reserveFile: ReserveRequestFile
    /// Whether the listening socket is open still.
    private let hasListener = Atomic<Bool>(true)

    init(
        listener: Listener,
        configuration: FastCGIConfiguration,
        logger: Logger,
        clock: ServerClock = .monotonic,
        contentLimit: @escaping @Sendable (DownloadRequest) -> Int64? = { _ in nil },
        handler: @escaping Handler
    ) throws {
        self.listener = listener
        self.clock = clock
        startedAt = clock.now
        self.configuration = configuration
        self.logger = logger
        logsServed = logger.logLevel <= .debug
        self.handler = handler
        self.contentLimit = contentLimit
        do {
            pool = try WorkerPool()
            reserveFile = try ReserveRequestFile()
            allowedPeers = listener.hasTCP ? try PeerAddresses.fromEnvironment() : nil
        } catch {
            listener.close()
            throw error
        }
        statistics.further.use(configuration.furtherFigures)
        requestGuard = RequestGuard(
            limits: .init(parameterBytes: configuration.maximumHeadSize, bodyBytes: configuration.maximumBodySize),
            capacity: .init(connections: configuration.maximumRequests, requests: configuration.maximumRequests)
        )
        let log = LogRateLimit()
        pool.noteHeld.withLock { held in
            held = { target, microseconds in
                log.ifAllowed {
                    logger.warning(
                        "a view held a thread that others wait for: give what blocks to VirtualFile(name:blocking:)",
                        metadata: ["target": "\(target.excerpt())", "milliseconds": "\(microseconds / 1000)"]
                    )
                }
            }
        }
    }

    deinit {
        closeListener()
    }

    /// Closes the listening socket, if it is open still.
    func closeListener() {
        if hasListener.exchange(false, ordering: .relaxed) { listener.close() }
    }

    /// Makes a run the only one: what ends with it, as the listening socket does, is gone for good. Called before the
    /// run takes over signals, or hears that it is to stop: these are the business of the run that serves.
    ///
    /// - Throws: ``ServerAlreadyRun`` the second time.
    func claimRun() throws(ServerAlreadyRun) {
        guard !isClaimed.exchange(true, ordering: .relaxed) else { throw ServerAlreadyRun() }
    }

    /// Says where the server listens.
    func logServing() {
        let addresses = listener.addresses.joined(separator: ", ")
        logger.info("serving", metadata: ["listen": "\(addresses)", "threads": "\(pool.count)"])
    }

    /// Starts the workers, or closes the listening socket.
    func start() throws {
        // Writing to what nobody reads, or beyond the limit on the size of files, is to fail, and not to end the
        // process: a large request is handed over in a file, and the log may be one.
        for signal in [SIGPIPE, SIGXFSZ] { SignalHandler.disregard(signal) }
        Heap.keepSmall()
        do {
            guard LibFCGI.initStatus == 0 else { throw SystemError(call: "FCGX_Init", code: LibFCGI.initStatus) }
            for _ in 0..<max(1, configuration.threads) { try addWorker() }
            for socket in listener.sockets where socket.isTCP { Socket.enableKeepAlive(socket.descriptor) }
            // Better to say now that there is no descriptor for any connection than to accept none for ever.
            let probe = fcntl(listener.sockets[0].descriptor, F_DUPFD_CLOEXEC, 0)
            Glibc.close(try SystemError.check("dup", probe))
            try watchSockets()
        } catch {
            pool.stop(within: 100)
            closeListener()
            throw error
        }
    }

    /// Adds a worker. The engine lives until its last one has ended: that may be after the server, when a view blocks
    /// its thread.
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
            if events.contains(.peerClosed) { connection.noteMissedEvent() }
            return receive(from: connection)
        }
        respond(toEvents: events, of: connection)
    }

    /// Handles an event of a connection that is being answered.
    ///
    /// - Returns: False if there is no response that it could be about.
    @discardableResult
    private func respond(toEvents events: Poller.Events, of connection: Connection) -> Bool {
        switch connection.noteEvents(events) {
        case .noResponse: return false
        case .nothing: break
        case .cut(let reason, let serial): connection.cancel(reason, of: serial)
        case .room(let waiter):
            if let worker = Worker.current {
                worker.resume { unsafe waiter.resume() }
            } else {
                unsafe waiter.resume()
            }
        }
        return true
    }

    /// How many workers there may be: those that cancelled tasks keep blocked do not count, up to a limit of three
    /// times as many again.
    var maximumWorkers: Int {
        // More than any system gives, so that no sum overflows.
        let maximum = min(configuration.maximumThreads, 1 << 24)
        return maximum + min(statistics.leftRunning.load(ordering: .relaxed), 3 * maximum)
    }

    /// Takes the events that no worker takes, as views block them all: of clients that leave, above all. What is about
    /// requests to come is kept for the workers. Called by the supervisor.
    func takeEventsOfBlockedWorkers() {
        // First what one of them took together with an event of its own, before a view blocked it: each once, since
        // what is kept goes to the end.
        for _ in 0..<pool.events.count {
            guard let event = pool.events.takeFirst() else { break }
            if listeningSocket(tagged: event.tag) == nil, event.tag != Poller.wakeUpTag,
                let connection = Connection.tagged(event.tag), respond(toEvents: event.events, of: connection)
            {
                continue
            }
            pool.report(event)
        }
        for _ in 0..<16 {
            var hasResponse = false
            let count = pool.poller.wait(milliseconds: 0, upTo: Poller.maximumBatch) { event in
                // These are reported again.
                guard listeningSocket(tagged: event.tag) == nil, event.tag != Poller.wakeUpTag else { return }
                guard let connection = Connection.tagged(event.tag) else { return }
                if respond(toEvents: event.events, of: connection) { hasResponse = true } else { pool.report(event) }
            }
            if count < Poller.maximumBatch, !hasResponse { return }
        }
    }
}
