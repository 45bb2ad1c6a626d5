import DownloadSystem
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

@Suite(.blocking, .timeLimit(.minutes(60))) struct WorkerPoolTests {
    @Test("Events that bring about one another leave what the kernel reports its turn")
    func looksAtDescriptors() async throws {
        let pool = try WorkerPool()
        let turns = Turns()
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try SystemError.check("socketpair", unsafe socketpair(AF_UNIX, type, 0, &ends))
        defer { for end in ends { close(end) } }
        try pool.addWorker(temporary: false) { tag, events in
            if tag == 4096 {
                turns.told.store(true, ordering: .relaxed)
            } else if !turns.told.load(ordering: .relaxed), !turns.isOver.load(ordering: .relaxed) {
                // What a connection does whose next request has come with the last.
                pool.report(Poller.Event(tag: tag, events: events))
            }
        }
        for tag in 4097...4099 { pool.report(Poller.Event(tag: UInt64(tag), events: .readable)) }
        try pool.poller.watch(ends[0], for: .readable, .once, tag: 4096, first: true)
        _ = unsafe write(ends[1], "x", 1)
        #expect(await eventually { turns.told.load(ordering: .relaxed) })
        turns.isOver.store(true, ordering: .relaxed)
        pool.stop(within: 5000)
    }

    @Test("What waits is never left to workers that block while another sleeps")
    func leavesNothingBehind() async throws {
        let pool = try WorkerPool()
        let workers = 8
        let rounds = 200
        let meeting = Meeting(of: workers)
        let sources = try (0..<workers).map { _ in try WakeUp() }
        for _ in 0..<workers {
            try pool.addWorker(temporary: false) { tag, _ in
                guard let worker = Worker.current else { return }
                sources[Int(tag - 5000)].consume()
                worker.runNext { _ = Task(executorPreference: pool) { meeting.wait() } }
                // As a request whose first turn is known to be long.
                pool.postponeNextJob(of: worker)
            }
        }
        for round in 1...rounds {
            for (index, source) in sources.enumerated() {
                let tag = UInt64(5000 + index)
                try pool.poller.watch(source.descriptor, for: .readable, .once, tag: tag, first: round == 1)
            }
            for source in sources { source.signal() }
            guard await eventually({ meeting.arrived == round * workers }) else {
                Issue.record("\(round * workers - meeting.arrived) wait although \(pool.idleCount) workers sleep")
                break
            }
            meeting.open(round)
        }
        meeting.open(rounds)
        pool.stop(within: 5000)
    }

    @Test("What a worker kept alive ends on a thread that is a worker's no longer")
    func leavesNoWorkerBehind() async throws {
        let end = End()
        let pool = try WorkerPool()
        func addWorker() throws {
            let kept = Kept(end)
            try pool.addWorker(temporary: false) { _, _ in withExtendedLifetime(kept) {} }
        }
        try addWorker()
        pool.stop(within: 60_000)
        #expect(await eventually { end.hasCome.load(ordering: .acquiring) })
        let isWorkers = end.isWorkers.load(ordering: .relaxed)
        #expect(!isWorkers)
    }

    @Test("The end of a worker that another still refers to leaves that one what it is")
    func leavesOtherWorkersAlone() throws {
        let kept = Lock<Worker?>(nil)
        try Thread { Worker.run { worker in kept.withLock { $0 = worker } } }.join()
        let stays = Atomic<Bool>(false)
        try Thread {
            Worker.run { worker in
                kept.withLock { $0 = nil }
                stays.store(Worker.current === worker, ordering: .relaxed)
            }
        }
        .join()
        let isWorker = stays.load(ordering: .relaxed)
        #expect(isWorker)
    }

    private final class End: Sendable {
        let hasCome = Atomic<Bool>(false)
        let isWorkers = Atomic<Bool>(false)
    }

    private final class Kept: Sendable {
        let end: End

        init(_ end: End) { self.end = end }

        deinit {
            end.isWorkers.store(Worker.current != nil, ordering: .relaxed)
            end.hasCome.store(true, ordering: .releasing)
        }
    }

    /// Where each waits until all of its round are there, and may go on.
    private final class Meeting: Sendable {
        private let size: Int
        private let arrivals = Atomic<Int>(0)
        private let opened = Atomic<Int>(0)

        init(of size: Int) { self.size = size }

        var arrived: Int { arrivals.load(ordering: .sequentiallyConsistent) }

        func wait() {
            let round = arrivals.add(1, ordering: .sequentiallyConsistent).oldValue / size + 1
            while opened.load(ordering: .sequentiallyConsistent) < round { usleep(20) }
        }

        func open(_ round: Int) { opened.store(round, ordering: .sequentiallyConsistent) }
    }

    private final class Turns: Sendable {
        let told = Atomic<Bool>(false)
        let isOver = Atomic<Bool>(false)
    }
}
