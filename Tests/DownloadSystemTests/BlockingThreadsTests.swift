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

    @Test("What is taken back before it has begun never runs, nothing of it is kept, and the rest keeps its order")
    func takesBack() async {
        let threads = BlockingThreads(maximum: 1)
        let hasBegun = Atomic(false)
        let holds = Atomic(true)
        let first = threads.detach {
            hasBegun.store(true, ordering: .relaxed)
            while holds.load(ordering: .relaxed) { usleep(1000) }
        }
        while !hasBegun.load(ordering: .relaxed) { await Task.yield() }
        let kept = Count()
        let done = Mutex<[Int]>([])
        let detached = (0..<1000)
            .map { number in
                let marker = Marker(kept)
                return threads.detach { withExtendedLifetime(marker) { done.withLock { $0.append(number) } } }
            }
        #expect(kept.value.load(ordering: .relaxed) == 1000)
        for number in detached.indices where number % 10 != 0 {
            threads.withdraw(detached[number])
            threads.withdraw(detached[number])
        }
        #expect(kept.value.load(ordering: .relaxed) == 100)
        threads.withdraw(first)
        holds.store(false, ordering: .relaxed)
        await threads.run {}
        #expect(done.withLock { $0 } == Array(stride(from: 0, to: 1000, by: 10)))
        for detached in detached { threads.withdraw(detached) }
        #expect(threads.count == 1)
    }

    private final class Count: Sendable {
        let value = Atomic(0)
    }

    /// Counts how many of it there are.
    private final class Marker: Sendable {
        private let count: Count

        init(_ count: Count) {
            self.count = count
            count.value.add(1, ordering: .relaxed)
        }

        deinit { count.value.subtract(1, ordering: .relaxed) }
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
