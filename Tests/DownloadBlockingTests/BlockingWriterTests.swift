import Dispatch
import DownloadCore
import DownloadTesting
import Synchronization
import TestSupport
import Testing

@testable import DownloadBlocking

private final class Rows: Sendable {}

/// A view of what a closure that blocks writes.
struct BlockingView: VirtualDownloadView {
    var size: Int64?
    var runAhead = RunAhead.none
    var pool = BlockingPool.shared
    let body: @Sendable (BlockingSink) throws -> Void

    func file(for request: DownloadRequest) -> VirtualFile<BlockingWriter> {
        VirtualFile(name: "b.txt", size: size, repeatable: true, runningAhead: runAhead, on: pool, blocking: body)
            .validated(by: EntityTag("b"))
    }
}

struct Broken: Error {}

@Suite(.blocking, .timeLimit(.minutes(60))) struct BlockingWriterTests {
    static let waysAhead = [
        RunAhead.none, .memory(upTo: 1 << 20), .temporaryFile(in: "/tmp"), .temporaryFile(in: "/nowhere"),
    ]

    @Test("How far a closure is reaches the sink before its next bytes do, and not for every row")
    func progress() async throws {
        let isSeen = DispatchSemaphore(value: 0)
        struct WakingSink: ByteSink, ~Copyable {
            var seen: [Double] = []
            let isSeen: DispatchSemaphore
            mutating func write(_ bytes: RawSpan) async throws {}
            mutating func progress(_ fraction: Double) {
                seen.append(fraction)
                if fraction == 0.25 { isSeen.signal() }
            }
        }
        let content = BlockingWriter { sink in
            sink.progress(1, of: 4)
            // Nothing is written meanwhile.
            isSeen.wait()
            for row in 0...1_000_000 { sink.progress(row, of: 1_000_000) }
            try sink.write("end")
        }
        var sink = WakingSink(isSeen: isSeen)
        try await content.write(to: &sink)
        #expect(sink.seen.first == 0.25 && sink.seen.last == 1)
        #expect(sink.seen.count <= 1002)
    }

    @Test("What a blocking closure writes arrives whole and in order, whatever the pieces", arguments: waysAhead)
    func writes(runAhead: RunAhead) async throws {
        let view = BlockingView(size: 1_888_890, runAhead: runAhead) { sink in
            for number in 0..<200_000 { try sink.write("\(number)\n") }
            try sink.write([UInt8](repeating: 0x2e, count: 600_000))
            try sink.write("")
        }
        let response = try await view.response(to: .get())
        var expected = (0..<200_000).reduce(into: "") { $0 += "\($1)\n" }
        expected += String(repeating: ".", count: 600_000)
        #expect(expected.utf8.count == 1_888_890)
        #expect(response.isFinished)
        #expect(response.text == expected)
    }

    @Test("A row that is written is sent while the closure blocks")
    func sendsAtOnce() async throws {
        let hasArrived = Mutex(false)
        let view = BlockingView { sink in
            try sink.write("first")
            while !hasArrived.withLock({ $0 }) { blockingSleep(for: .milliseconds(1)) }
            try sink.write(" second")
        }
        var sink = WatchingSink { hasArrived.withLock { $0 = true } }
        try await view.file(for: .get("/")).write(to: &sink)
        #expect(sink.text == "first second")
    }

    @Test("A closure that throws fails the download visibly", arguments: waysAhead)
    func fails(runAhead: RunAhead) async throws {
        let view = BlockingView(runAhead: runAhead) { sink in
            try sink.write([UInt8](repeating: 0x2e, count: 700_000))
            throw Broken()
        }
        let response = try await view.response(to: .get())
        // The closure may have failed before its first bytes were taken.
        #expect(response.failure is Broken || response.status == .internalServerError && response.notes.first is Broken)
    }

    @Test("A size that is wrong fails the download visibly")
    func holdsToSize() async throws {
        let response = try await BlockingView(size: 4) { try $0.write("three") }.response(to: .get())
        #expect(response.status == .internalServerError)
        #expect(response.notes.first is ContentLengthMismatch)
    }

    @Test("A range ends the closure as soon as its last byte is there")
    func endsAtRange() async throws {
        let written = Atomic(0)
        let view = BlockingView(size: 100_000_000) { sink in
            for _ in 0..<100_000 {
                try sink.write([UInt8](repeating: 0x2e, count: 1000))
                written.add(1000, ordering: .relaxed)
            }
        }
        let response = try await view.response(to: .get("/", headerFields: [.range: "bytes=1000-1999"]))
        #expect(response.status == .partialContent)
        #expect(response.body.count == 1000)
        #expect(written.load(ordering: .relaxed) < 2_000_000)
    }

    @Test(
        "When the client leaves, the next write throws, an interrupt ends what computes, and the thread is free again"
    )
    func isCancelled() async throws {
        let pool = BlockingPool(maximum: 1)
        let interrupted = Atomic(false)
        let seen = Mutex<[String]>([])
        let hasBegun = Mutex(false)
        let view = BlockingView(pool: pool) { sink in
            do {
                try sink.cancellation.withInterrupt({ interrupted.store(true, ordering: .relaxed) }) {
                    hasBegun.withLock { $0 = true }
                    while !interrupted.load(ordering: .relaxed) { blockingSleep(for: .milliseconds(1)) }
                    seen.withLock { $0.append("interrupted") }
                }
                try sink.write("more")
            } catch {
                seen.withLock { $0.append("\(error)") }
                // Swallowed: the content does not count as whole all the same.
            }
        }
        let task = Task { try await view.response(to: .get()) }
        while !hasBegun.withLock({ $0 }) { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(seen.withLock { $0 } == ["interrupted", "CancellationError()"])
        let next = try await BlockingView(pool: pool) { try $0.write("next") }.response(to: .get())
        #expect(next.text == "next")
    }

    @Test("A call that is interrupted before it has begun is interrupted again, and not after its end")
    func isInterruptedAgain() async throws {
        let hasBegun = Mutex(false)
        let count = Atomic(0)
        let atEnd = Atomic(0)
        let view = BlockingView(pool: BlockingPool(maximum: 1)) { sink in
            try sink.cancellation.withInterrupt({ count.add(1, ordering: .relaxed) }) {
                hasBegun.withLock { $0 = true }
                while count.load(ordering: .relaxed) < 3 { blockingSleep(for: .milliseconds(1)) }
            }
            atEnd.store(count.load(ordering: .relaxed), ordering: .relaxed)
            // Longer than it takes to the next.
            blockingSleep(for: BlockingCancellation.interruptInterval * 3)
        }
        let task = Task { try await view.response(to: .get()) }
        while !hasBegun.withLock({ $0 }) { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(count.load(ordering: .relaxed) == atEnd.load(ordering: .relaxed))
    }

    @Test("A source that waits for a thread ends at once when it is cancelled, and never runs")
    func isCancelledInTheQueue() async throws {
        let pool = BlockingPool(maximum: 1)
        let holds = Mutex(true)
        let hasBegun = Mutex(false)
        let holder = Task {
            try await BlockingView(pool: pool) { _ in
                hasBegun.withLock { $0 = true }
                while holds.withLock({ $0 }) { blockingSleep(for: .milliseconds(1)) }
            }
            .response(to: .get())
        }
        while !hasBegun.withLock({ $0 }) { await Task.yield() }
        let ran = Mutex(false)
        weak var rows: Rows?
        do {
            let all = Rows()
            rows = all
            let waiting = Task {
                try await BlockingView(pool: pool) { _ in withExtendedLifetime(all) { ran.withLock { $0 = true } } }
                    .response(to: .get())
            }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
        // Nothing is kept of it, though no thread is free.
        #expect(rows == nil)
        holds.withLock { $0 = false }
        #expect(try await holder.value.isFinished)
        #expect(try await BlockingView(pool: pool) { try $0.write("x") }.response(to: .get()).text == "x")
        #expect(!ran.withLock { $0 })
    }

    @Test("A sink that is used after its closure has ended refuses")
    func refusesLateWrites() async throws {
        let kept = Mutex<Kept?>(nil)
        let view = BlockingView { sink in
            let own = Kept(sink)
            kept.withLock { $0 = own }
        }
        #expect(try await view.response(to: .get()).isFinished)
        let late = try #require(kept.withLock { $0 })
        #expect(throws: (any Error).self) { try late.sink.write("late") }
    }

    @Test("Running ahead, a closure ends although nobody takes what it wrote", arguments: [waysAhead[1], waysAhead[2]])
    func runsAhead(runAhead: RunAhead) async throws {
        let hasEnded = Mutex(false)
        let view = BlockingView(runAhead: runAhead) { sink in
            for _ in 0..<900 { try sink.write([UInt8](repeating: 0x2e, count: 1000)) }
            hasEnded.withLock { $0 = true }
        }
        // The first piece is taken when the closure has ended.
        var sink = WatchingSink { while !hasEnded.withLock({ $0 }) { blockingSleep(for: .milliseconds(1)) } }
        try await view.file(for: .get("/")).write(to: &sink)
        #expect(sink.text.utf8.count == 900_000)
    }
}

/// Lets a test keep what it must not: only one thread uses it at a time.
private final class Kept: @unchecked Sendable {
    let sink: BlockingSink

    init(_ sink: BlockingSink) {
        self.sink = sink
    }
}

/// Collects what it is given, and calls a closure with each piece.
private struct WatchingSink: ByteSink, ~Copyable {
    var text = ""
    let watch: () -> Void

    init(_ watch: @escaping () -> Void) {
        self.watch = watch
    }

    mutating func write(_ bytes: RawSpan) async throws {
        unsafe bytes.withUnsafeBytes { unsafe text += String(decoding: $0, as: UTF8.self) }
        watch()
    }
}
