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
    let (started, start) = AsyncStream<Void>.makeStream()
    let group = ServiceGroup(
        services: services.map { StartingService(base: $0) { start.yield() } },
        logger: logger
    )
    return try await withThrowingTaskGroup(of: Result?.self) { tasks in
        tasks.addTask {
            defer { start.finish() }
            try await group.run()
            return nil
        }
        tasks.addTask {
            var count = 0
            for await _ in started {
                count += 1
                if count == services.count { break }
            }
            do {
                let result = try await body()
                await group.triggerGracefulShutdown()
                return result
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
        var result: Result?
        do {
            while let ended = try await tasks.next() { result = ended ?? result }
        } catch {
            tasks.cancelAll()
            throw error
        }
        guard let result else { throw CancellationError() }
        return result
    }
}

/// A service that says when it runs.
private struct StartingService: Service, CustomStringConvertible {
    let base: any Service
    let onStart: @Sendable () -> Void

    /// Whom the group names when it ends.
    var description: String { "\(base)" }

    func run() async throws {
        onStart()
        try await base.run()
    }
}
