internal import DownloadSystem
internal import Glibc

/// Waiting on the main thread for what is asynchronous.
///
/// An asynchronous `main` that suspends gives the main thread away, and goes on by one of libdispatch, which has all
/// signals blocked: so would be those of every program that a view starts. A synchronous one stays.
package enum MainThread {
    /// Runs `body` to its end, and what is for the main actor meanwhile.
    ///
    /// Not to be called by what runs for the main actor itself: it would wait for ever.
    @MainActor
    package static func run<Result>(_ body: @escaping @MainActor () async -> Result) -> Result {
        let outcome = Outcome<Result>()
        Task.immediate { @MainActor in outcome.value = await body() }
        if let value = outcome.value { return value }
        guard let queue = MainQueue() else { preconditionFailure("the main actor has the main thread") }
        while true {
            queue.run()
            if let value = outcome.value { return value }
            queue.wait(milliseconds: 100)
        }
    }

    /// Runs `body`, which may throw, as ``run(_:)`` does.
    @MainActor
    package static func result<Value>(
        of body: @escaping @MainActor () async throws -> Value
    ) -> Result<Value, any Error> {
        run {
            do { return .success(try await body()) } catch { return .failure(error) }
        }
    }

    @MainActor
    private final class Outcome<Value> {
        var value: Value?
    }
}

extension MainQueue {
    /// Returns when something waits in the queue, or after this long; without a descriptor, in a millisecond.
    fileprivate func wait(milliseconds: Int32) {
        guard descriptor >= 0 else {
            usleep(1000)
            return
        }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&entry, 1, milliseconds)
    }
}
