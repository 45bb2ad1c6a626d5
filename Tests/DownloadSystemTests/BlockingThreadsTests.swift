import DownloadSystem
import Glibc
import Synchronization
import Testing

@Suite struct BlockingThreadsTests {
    @Test("What was left to a thread that then could not be started is done all the same", arguments: [1, 2])
    func losesNothing(maximum: Int) {
        let pool = Pool(maximum: maximum)
        pool.threads.detach { [pool] in pool.note("first") }
        #expect(pool.done.withLock { $0 } == ["first", "second"])
        #expect(pool.threads.count == 0)
        pool.threads.detach { [pool] in pool.note("third") }
        #expect(pool.done.withLock { $0 } == ["first", "second", "third"])
    }

    /// Threads of which none can be started. While the first is tried, something else is added.
    private final class Pool: Sendable {
        let done = Mutex<[String]>([])
        private let isFirst = Atomic<Bool>(true)
        private let pool = Mutex<BlockingThreads?>(nil)

        init(maximum: Int) {
            let threads = BlockingThreads(
                maximum: maximum,
                startThread: { [unowned self] _ throws(SystemError) in
                    if isFirst.exchange(false, ordering: .relaxed) {
                        self.threads.detach { [unowned self] in note("second") }
                    }
                    throw SystemError(call: "pthread_create", code: EAGAIN)
                }
            )
            pool.withLock { $0 = threads }
        }

        var threads: BlockingThreads {
            guard let threads = pool.withLock({ $0 }) else { preconditionFailure("it is made with the pool") }
            return threads
        }

        func note(_ name: String) { done.withLock { $0.append(name) } }
    }
}
