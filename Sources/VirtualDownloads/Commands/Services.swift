internal import Logging
internal import ServiceLifecycle

/// Runs `body` while services run: they are started before it, in their order, and stopped after it, the last first.
///
/// A service that ends before cancels `body`.
///
/// - Throws: What `body` throws; else the error of a service that failed.
func withServices<Result: Sendable>(
    _ services: [any Service],
    logger: Logger,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    guard !services.isEmpty else { return try await body() }
    return try await withThrowingTaskGroup(of: Result?.self) { tasks in
        let (ended, end) = AsyncStream<Void>.makeStream()
        let running = await RunningServices(services, logger: logger) { end.finish() }
        tasks.addTask {
            for await _ in ended {}
            return nil
        }
        tasks.addTask { try await body() }
        var result: Result?
        var failure: (any Error)?
        do {
            // Whichever comes first: the end of the body, or that of the services.
            result = try await tasks.next() ?? nil
        } catch {
            failure = error
        }
        if result == nil { tasks.cancelAll() }
        do {
            try await running.stop()
        } catch {
            throw failure ?? error
        }
        if let failure { throw failure }
        guard let result else { throw CancellationError() }
        return result
    }
}

/// Services that run beside a server or a request: each has been started, in their order, and is stopped by ``stop()``,
/// the last first.
struct RunningServices: Sendable {
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    /// Starts services, and returns when each of them has run until it first waited, or one has ended.
    ///
    /// - Parameter onEnd: Called when they have ended, whichever way.
    init(_ services: [any Service], logger: Logger, onEnd: @escaping @Sendable () -> Void) async {
        let (started, start) = AsyncStream<Void>.makeStream()
        let group = ServiceGroup(
            services: services.map { StartingService(base: $0) { start.yield() } },
            logger: logger
        )
        self.group = group
        task = Task {
            defer {
                start.finish()
                onEnd()
            }
            try await group.run()
        }
        var count = 0
        for await _ in started {
            count += 1
            if count == services.count { break }
        }
    }

    /// Stops them, and returns when they have ended.
    ///
    /// - Throws: The error of one that failed, now or before.
    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await task.value
    }
}

/// A service that says when it runs.
private struct StartingService: Service, CustomStringConvertible {
    let base: any Service
    let onStart: @Sendable () -> Void

    /// Whom the group names when it ends.
    var description: String { "\(base)" }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            // It runs here until it first waits: what a service does at once is done before the first request.
            tasks.addImmediateTask { try await base.run() }
            onStart()
            try await tasks.next()
        }
    }
}
