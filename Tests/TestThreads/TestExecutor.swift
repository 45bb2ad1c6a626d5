import Dispatch
import Glibc

@testable import FastCGI

/// Threads for tests that block one, and for those of a server: those of the executor that all tests share may be busy for seconds, longer than the limits on
/// time that a server keeps. There are enough that each test may block one.
final class OwnExecutor: TaskExecutor {
    static let shared = OwnExecutor(threads: 64)

    private let jobs = Lock<[UnownedJob]>([])
    private let waiting = DispatchSemaphore(value: 0)

    private init(threads: Int) {
        for _ in 0..<threads {
            do {
                _ = try FastCGI.Thread.start { [self] in work() }
            } catch {
                // Without threads every test would wait for ever.
                fatalError("no thread for the tests of a server: \(error)")
            }
        }
    }

    private func work() {
        while true {
            waiting.wait()
            let job = jobs.withLock { $0.removeFirst() }
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        waiting.signal()
    }
}

/// Runs `body` on threads of ``OwnExecutor``.
func onOwnThreads<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    try await withTaskExecutorPreference(OwnExecutor.shared) {
        // Only a task that suspends changes its thread.
        await Task.yield()
        return try await body()
    }
}

/// Blocks a thread of ``OwnExecutor``: `Task.sleep` would need the executor that all tests share to wake up.
func blockingSleep(for duration: Duration) {
    let end = ContinuousClock.now + duration
    while true {
        let left = (end - ContinuousClock.now) / .microseconds(1)
        guard left > 0 else { return }
        usleep(UInt32(min(left, 500_000)) + 1)
    }
}
