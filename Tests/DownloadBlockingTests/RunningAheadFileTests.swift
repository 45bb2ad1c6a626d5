import DownloadBlocking
import DownloadCore
import DownloadTesting
import Synchronization
import TestSupport
import Testing

/// A file that a closure writes, getting ahead of its client.
private struct AheadView: VirtualDownloadView {
    var runAhead = RunAhead.memory(upTo: 1 << 20)
    var size: Int64?
    let body: @Sendable (inout ContentSink) async throws -> Void

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(name: "a.txt", size: size, body).runningAhead(runAhead)
    }
}

@Suite(.blocking, .timeLimit(.minutes(15))) struct RunningAheadFileTests {
    @Test("What is made ahead arrives whole and in order", arguments: BlockingWriterTests.waysAhead)
    func writes(runAhead: RunAhead) async throws {
        let view = AheadView(runAhead: runAhead, size: 1_888_890) { sink in
            for number in 0..<200_000 { try await sink.write("\(number)\n") }
            try await sink.write([UInt8](repeating: 0x2e, count: 600_000))
        }
        let response = try await view.response(to: .get())
        let numbers = (0..<200_000).reduce(into: "") { $0 += "\($1)\n" }
        #expect(response.isFinished)
        #expect(response.text == numbers + String(repeating: ".", count: 600_000))
    }

    @Test("A content that throws fails the download visibly", arguments: BlockingWriterTests.waysAhead)
    func fails(runAhead: RunAhead) async throws {
        let view = AheadView(runAhead: runAhead) { sink in
            try await sink.write([UInt8](repeating: 0x2e, count: 700_000))
            throw Broken()
        }
        let response = try await view.response(to: .get())
        #expect(response.failure is Broken || response.status == .internalServerError && response.notes.first is Broken)
    }

    @Test(
        "The content is made to its end although nobody takes it",
        arguments: [RunAhead.memory(upTo: 1 << 20), .temporaryFile(in: "/tmp")]
    )
    func runsAhead(runAhead: RunAhead) async throws {
        let hasEnded = Mutex(false)
        let view = AheadView(runAhead: runAhead) { sink in
            for _ in 0..<900 { try await sink.write([UInt8](repeating: 0x2e, count: 1000)) }
            hasEnded.withLock { $0 = true }
        }
        var sink = PatientSink { while !hasEnded.withLock({ $0 }) { await Task.yield() } }
        try await view.file(for: .get("/")).write(to: &sink)
        #expect(sink.count == 900_000)
    }

    @Test("Where no more may be kept the content waits for its client")
    func waits() async throws {
        let written = Mutex(0)
        let view = AheadView(runAhead: .none) { sink in
            for _ in 0..<900 {
                try await sink.write([UInt8](repeating: 0x2e, count: 1000))
                written.withLock { $0 += 1000 }
            }
        }
        var most = 0
        var taken = 0
        var sink = PatientSink { for _ in 0..<20 { await Task.yield() } }
        sink.note = { count in
            most = max(most, written.withLock { $0 } - taken)
            taken += count
        }
        try await view.file(for: .get("/")).write(to: &sink)
        #expect(sink.count == 900_000)
        // What waits, and what was handed over.
        #expect(most <= 2 * 262_144 + 1000)
    }

    @Test("When the client leaves, the content ends")
    func isCancelled() async throws {
        let ended = Mutex<[String]>([])
        let view = AheadView { sink in
            do {
                while true { try await sink.write([UInt8](repeating: 0x2e, count: 1000)) }
            } catch {
                ended.withLock { $0.append("\(error)") }
                throw error
            }
        }
        let response = try await view.response(to: .get(), by: TestClient(leavesAfter: 100_000))
        #expect(!response.isFinished)
        #expect(ended.withLock { $0 } == ["CancellationError()"])
    }

    @Test("A part is made ahead as the file makes parts, and the rest is the file's, too")
    func writesRanges() async throws {
        let view = FunctionView { _ in
            ContentFile(String(repeating: "0123456789", count: 100), name: "n.txt").with(\.entityTag, EntityTag("n"))
                .runningAhead(.memory(upTo: 1))
        }
        let part = try await view.response(to: .get("/", headerFields: [.range: "bytes=995-"]))
        #expect(part.status == .partialContent && part.text == "56789")
        #expect(part.headerFields[.contentDisposition] == "attachment; filename=\"n.txt\"")
    }
}

/// A client that waits before it takes each piece.
private struct PatientSink: ByteSink, ~Copyable {
    var count = 0
    var note: (Int) -> Void = { _ in }
    let wait: () async -> Void

    init(_ wait: @escaping () async -> Void) {
        self.wait = wait
    }

    mutating func write(_ bytes: RawSpan) async throws {
        await wait()
        count += bytes.byteCount
        note(bytes.byteCount)
    }
}
