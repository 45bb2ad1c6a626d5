import DownloadCore
import DownloadTesting
import DownloadZstandard
import HTTPTypes
import Randomness
import Synchronization
import TestSupport
import Testing

@testable import DownloadCompression

private let request = DownloadRequest.get("/", headerFields: [.acceptEncoding: "gzip"])

/// A text that a closure writes.
private struct TextView: VirtualDownloadView {
    var size: Int64?
    let body: @Sendable (inout ContentSink) async throws -> Void

    func file(for request: DownloadRequest) -> VirtualFile<ContentWriter> {
        VirtualFile(name: "a.txt", size: size) { try await body(&$0) }
    }
}

/// Keeps what is written, for whoever looks meanwhile.
private final class Collected: Sendable {
    let bytes = Mutex<[UInt8]>([])
    let progress = Mutex<[Double]>([])
}

private struct CollectingSink: ByteSink, ~Copyable {
    let collected: Collected
    var isAtOnce = false

    mutating func write(_ bytes: RawSpan) async throws {
        await Task.yield()
        take(bytes)
    }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        if isAtOnce { take(bytes) }
        return isAtOnce
    }

    mutating func progress(_ fraction: Double) {
        collected.progress.withLock { $0.append(fraction) }
    }

    private func take(_ bytes: RawSpan) {
        collected.bytes.withLock { all in unsafe bytes.withUnsafeBytes { unsafe all.append(contentsOf: $0) } }
    }
}

private struct Broken: Error {}

@Suite struct CompressedStreamTests {
    @Test("What was written is sent while the source waits, in a form that can be unpacked", arguments: [true, false])
    func flushes(isAtOnce: Bool) async throws {
        let collected = Collected()
        let (pauses, pause) = AsyncStream<Void>.makeStream()
        let (rows, next) = AsyncStream<String>.makeStream()
        let file = TextView { sink in for await row in rows { try await sink.write(row) } }
            .file(for: request)
        let writing = Task {
            var sink = CollectingSink(collected: collected, isAtOnce: isAtOnce)
            let compressed = CompressedFile(base: file, coding: .gzip, budget: .shared)
            try await compressed.write(to: &sink, by: .gzip) { for await _ in pauses { return } }
        }
        var expected = ""
        for number in 0..<5 {
            next.yield("row \(number)\n")
            next.yield("and another\n")
            expected += "row \(number)\nand another\n"
            pause.yield()
            let hasCome = try await eventually {
                let bytes = collected.bytes.withLock { $0 }
                guard !bytes.isEmpty else { return false }
                let (text, isWhole) = try await unpacked(bytes)
                return !isWhole && String(decoding: text, as: UTF8.self) == expected
            }
            #expect(hasCome)
        }
        next.finish()
        try await writing.value
        let (text, isWhole) = try await unpacked(collected.bytes.withLock { $0 })
        #expect(isWhole && String(decoding: text, as: UTF8.self) == expected)
    }

    @Test("Pieces of any length, flushed at any moment, come out as they went in", arguments: 0..<8 as Range<UInt64>)
    func comesOut(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var content: [UInt8] = []
        var pieces: [[UInt8]] = []
        for _ in 0..<Int.random(in: 1...400, using: &generator) {
            let count = Int.random(in: 0...(Bool.random(using: &generator) ? 60 : 70_000), using: &generator)
            let isNoise = Bool.random(using: &generator)
            let piece = isNoise ? generator.bytes(count) : [UInt8](repeating: generator.bytes(1)[0], count: count)
            content += piece
            pieces.append(piece)
        }
        let isAtOnce = seed % 2 == 0
        let coding: ContentCoding = seed % 4 < 2 ? .gzip : .zstd
        let all = pieces
        let view = TextView(size: Int64(content.count)) { sink in
            for piece in all {
                try await sink.write(piece)
                if piece.count % 3 == 0 { await Task.yield() }
            }
        }
        let file = view.file(for: request)
        let collected = Collected()
        var sink = CollectingSink(collected: collected, isAtOnce: isAtOnce)
        try await CompressedFile(base: file, coding: coding, budget: .shared)
            .write(to: &sink, by: coding) { await Task.yield() }
        let (bytes, isWhole) = try await unpacked(collected.bytes.withLock { $0 }, by: coding.name)
        #expect(isWhole)
        #expect(bytes == content)
    }

    @Test("How much of the work is done reaches the sink behind, before the first bytes, too")
    func tellsProgress() async throws {
        let collected = Collected()
        let view = TextView { sink in
            sink.progress(0.25)
            #expect(collected.progress.withLock { $0 } == [0.25])
            try await sink.write("a line\n")
            sink.progress(1)
        }
        var sink = CollectingSink(collected: collected)
        try await view.compressed(minimumSize: 0).file(for: request).write(to: &sink)
        #expect(collected.progress.withLock { $0 } == [0.25, 1])
    }

    @Test("An empty content is a whole stream of nothing")
    func isEmpty() async throws {
        let response = try await TextView { _ in }.compressed().response(to: request)
        #expect(response.isFinished)
        let (bytes, isWhole) = try await unpacked(response.body)
        #expect(isWhole && bytes.isEmpty)
    }

    private static let line = String(repeating: "a line of a report\n", count: 100)

    private static let failing: [TextView] = [
        TextView { sink in
            for _ in 0..<200 { try await sink.write("\(UInt64.random(in: 0 ... .max)) \(line)") }
            throw Broken()
        },
        // Longer and shorter than it says.
        TextView(size: 100_000) { sink in for _ in 0..<200 { try await sink.write(line) } },
        TextView(size: 1_000_000) { sink in for _ in 0..<200 { try await sink.write(line) } },
        // A generator that swallows the error is no better.
        TextView(size: 100_000) { sink in for _ in 0..<200 { try? await sink.write(line) } },
        // One that takes cancellation for its end.
        TextView { sink in
            for _ in 0..<200 { try await sink.write(line) }
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        },
    ]

    @Test("What fails on the way can't be unpacked as if it were whole", arguments: 0..<5)
    func fails(index: Int) async throws {
        let view = Self.failing[index].compressed(minimumSize: 0)
        let collected = Collected()
        let failure = await Task { () -> (any Error)? in
            do {
                var sink = CollectingSink(collected: collected)
                let file = try await view.file(for: request)
                try await file.write(to: &sink)
                return nil
            } catch {
                return error
            }
        }
        .value
        #expect(failure != nil)
        let bytes = collected.bytes.withLock { $0 }
        if !bytes.isEmpty { #expect(try await !unpacked(bytes).isWhole) }
        let response = try? await view.response(to: request)
        #expect(response?.isFinished != true || response?.status.kind == .serverError)
    }

    @Test("What fails before its first byte is sent is answered with an error")
    func failsEarly() async throws {
        let response = try await TextView { sink in
            try await sink.write("a line\n")
            throw DownloadError(.gone)
        }
        .compressed().response(to: request)
        #expect(response.status == .gone)
        #expect(response.headerFields[.contentEncoding] == nil)
    }

    @Test("A client that leaves ends the generator")
    func leaves() async throws {
        let counter = Counter()
        let response = try await TextView { sink in
            while true {
                try await sink.write("\(UInt64.random(in: 0 ... .max))\n")
                counter.count.add(1, ordering: .relaxed)
            }
        }
        .compressed().response(to: request, by: .leaving(after: 40_000))
        #expect(response.clientHasLeft && !response.isFinished)
        #expect(counter.count.load(ordering: .relaxed) < 20_000)
    }

    @Test("A slow client takes all of it, a little at a time")
    func isSlow() async throws {
        let response = try await RowsView(count: 5000).compressed().response(to: request, by: .slow(taking: 7))
        let (bytes, isWhole) = try await unpacked(response.body)
        #expect(isWhole && String(decoding: bytes, as: UTF8.self) == RowsView.rows(5000))
    }

    @Test("The compressor is given back after each download, however it ended")
    func givesBack() async throws {
        let budget = CompressorBudget(maximum: 1)
        let view = CompressedView(base: RowsView(count: 20_000), codings: [.gzip], minimumSize: 0, budget: budget)
        _ = try await view.response(to: request)
        #expect(budget.hasRoom)
        _ = try await view.response(to: request, by: .leaving(after: 5))
        #expect(budget.hasRoom)
    }
}

private final class Counter: Sendable {
    let count = Atomic<Int>(0)
}
