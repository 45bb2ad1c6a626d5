import DownloadSystem
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

@Suite(.blocking, .timeLimit(.minutes(5))) struct WorkerPoolTests {
    @Test("Events that bring about one another leave what the kernel reports its turn")
    func looksAtDescriptors() async throws {
        let pool = try WorkerPool()
        let turns = Turns()
        var ends: [Int32] = [-1, -1]
        try SystemError.check("socketpair", unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends))
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
        let deadline = MonotonicClock.now + 10_000
        while !turns.told.load(ordering: .relaxed), MonotonicClock.now < deadline {
            try await Task.sleep(for: .milliseconds(2))
        }
        let wasTold = turns.told.load(ordering: .relaxed)
        #expect(wasTold)
        turns.isOver.store(true, ordering: .relaxed)
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

    private final class Turns: Sendable {
        let told = Atomic<Bool>(false)
        let isOver = Atomic<Bool>(false)
    }
}
