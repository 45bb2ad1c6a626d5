public import DownloadCore
internal import DownloadSystem
internal import Glibc
public import Logging
public import ServiceLifecycle

/// A FastCGI server on libfcgi: receives requests from a web server and lets a handler answer them.
///
/// A slow client, an idle connection and a request that comes in parts cost a little memory and no thread.
///
///     let server = try FastCGIServer(listener: .bound(to: .unix(path: path)), handler: Router(routes), logger: logger)
///     try await ServiceGroup(services: [database, server], gracefulShutdownSignals: [.sigterm], logger: logger).run()
///
/// It counts for the backend that `MetricsSystem` has when the server is created: `downloadview_requests` by their
/// `outcome` (`served`, `failed`, `aborted`, `timed_out`), `downloadview_refused` by `reason`,
/// `downloadview_content_bytes`, `downloadview_connections_accepted` and `downloadview_accepting_pauses`; the gauges
/// `downloadview_requests_active` and `downloadview_connections_idle`; and the timer `downloadview_request_duration`.
/// ``ServerStatus`` tells what they mean.
public final class FastCGIServer<Handler: RequestHandler>: Service {
    let engine: Engine
    private let supervisor: Supervisor

    /// Creates a server; nothing runs yet.
    ///
    /// - Parameters:
    ///   - listener: Where web servers connect. The server closes it: when it stops, can't be made or started, or is
    ///     never run.
    ///   - handler: What answers the requests, on several threads at once.
    ///   - logger: What is told of failures, on the threads that serve: a log handler that waits, as one that writes to
    ///     a pipe which nobody reads, holds up downloads.
    /// - Throws: ``/DownloadSystem/SystemError`` when the kernel gives no descriptor; ``ListenError`` when the listener
    ///   is a TCP port and `FCGI_WEB_SERVER_ADDRS`, the addresses that may connect, names something else or none.
    public convenience init(
        listener: Listener,
        handler: Handler,
        configuration: FastCGIConfiguration = FastCGIConfiguration(),
        logger: Logger
    ) throws {
        try self.init(
            listener: listener,
            handler: handler,
            configuration: configuration,
            logger: logger,
            clock: .monotonic
        )
    }

    init(
        listener: Listener,
        handler: Handler,
        configuration: FastCGIConfiguration,
        logger: Logger,
        clock: ServerClock
    ) throws {
        engine = try Engine(
            listener: listener,
            configuration: configuration,
            logger: logger,
            clock: clock,
            contentLimit: { handler.maximumBodySize(of: $0) }
        ) { request, sink in
            try await handler.respond(to: request, into: &sink)
        }
        supervisor = Supervisor(engine)
    }

    /// Stops the server from another thread, as a signal does.
    package func stop(cutting: Bool) { supervisor.stop(cutting: cutting) }

    /// What the server is doing.
    public var status: ServerStatus { engine.status }

    /// Serves until the surrounding `ServiceGroup` shuts down gracefully, or the task is cancelled.
    ///
    /// Graceful shutdown accepts no more and lets requests under way finish within ``FastCGIConfiguration/drainLimit``;
    /// cancellation cuts them.
    ///
    /// - Throws: ``DrainIncomplete`` when requests were cut; ``ServerAlreadyRun`` the second time;
    ///   ``/DownloadSystem/SystemError`` when no thread can be started.
    public func run() async throws {
        try engine.claimRun()
        let outcome: Supervisor.Outcome = try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await withCheckedThrowingContinuation { continuation in
                    do {
                        // Before any worker: without this thread nobody would stop them.
                        try Thread.detach { [engine, supervisor] in
                            continuation.resume(
                                with: Result {
                                    try engine.start()
                                    engine.logServing()
                                    return supervisor.run(signals: nil)
                                }
                            )
                        }
                    } catch {
                        engine.closeListener()
                        continuation.resume(throwing: error)
                    }
                }
            } onGracefulShutdown: { [supervisor] in
                supervisor.stop()
            }
        } onCancel: { [supervisor] in
            supervisor.stop(cutting: true)
        }
        if case .cut(let count) = outcome { throw DrainIncomplete(count: count) }
    }

    /// Serves until SIGTERM or SIGINT, on the calling thread: what a program's `main` calls.
    ///
    /// The first signal drains as graceful shutdown does, a second one cuts what is under way. SIGHUP and SIGUSR1 are
    /// ignored. A signal stops every server of the program that runs so, each on a thread of its own.
    /// On the main thread it also runs what is for the main actor; what blocks there holds up the limits and the
    /// signals. From an asynchronous `main` it can't: the main actor would be held by its caller, and views that call
    /// it would wait for ever.
    ///
    /// - Returns: The exit status: 0 when every request was finished, 1 when some were cut.
    /// - Throws: ``ServerAlreadyRun`` the second time; ``/DownloadSystem/SystemError`` when no thread can be started.
    @available(*, noasync, message: "call it from a synchronous main, or use run() in a ServiceGroup with its signals")
    public func runHandlingSignals() throws -> Int32 {
        try engine.claimRun()
        let signals = Signals()
        try engine.start()
        engine.logServing()
        let outcome = supervisor.run(signals: signals)
        return outcome == .drained ? 0 : 1
    }
}
