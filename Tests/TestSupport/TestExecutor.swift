// A toolchain's static runtime comes without the testing library, and README builds everything with it.
#if canImport(Testing)
import Foundation

/// Threads for tests that would hold those of the executor that all tests share. There may be only two of these, and
/// while they are held no other test goes on, although its limits on time do.
///
/// `@unchecked Sendable`: all that changes is behind `lock`. (The thread sanitizer takes what a `Mutex` guards for
/// races.)
package final class TestExecutor: TaskExecutor, @unchecked Sendable {
    /// For tests that block a thread, run programs or have limits on time. There are enough that each may block
    /// several.
    package static let blocking = TestExecutor(threads: 64, tests: 16, qualityOfService: .default)
    /// For tests that compute for long: they have what time the others leave them.
    package static let computing = TestExecutor(threads: 2, tests: 2, qualityOfService: .background)

    private let lock = NSLock()
    private var jobs: [UnownedJob] = []
    private let waiting = DispatchSemaphore(value: 0)
    /// How many tests may begin.
    private var turns: Int
    /// The tests that wait for a turn.
    private var waitingTests: [CheckedContinuation<Void, Never>] = []

    /// - Parameter tests: How many tests run at a time. All at once would be slow enough to break the limits they keep.
    private init(threads: Int, tests: Int, qualityOfService: QualityOfService) {
        turns = tests
        for _ in 0..<threads {
            let thread = Thread { [self] in
                #if os(Linux)
                // There a thread has a niceness of its own, and Foundation leaves it alone. Not the lowest priority:
                // such a thread may hold a lock.
                if qualityOfService == .background { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5) }
                #endif
                work()
            }
            thread.qualityOfService = qualityOfService
            thread.start()
        }
    }

    private func work() {
        while true {
            waiting.wait()
            let job = lock.withLock { jobs.removeFirst() }
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    func beginTest() async {
        await withCheckedContinuation { (begins: CheckedContinuation<Void, Never>) in
            let mayBegin = lock.withLock {
                guard turns == 0 else {
                    turns -= 1
                    return true
                }
                waitingTests.append(begins)
                return false
            }
            if mayBegin { begins.resume() }
        }
    }

    func endTest() {
        let next: CheckedContinuation<Void, Never>? = lock.withLock {
            guard waitingTests.isEmpty else { return waitingTests.removeFirst() }
            turns += 1
            return nil
        }
        next?.resume()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        lock.withLock { jobs.append(job) }
        waiting.signal()
    }
}
#endif
