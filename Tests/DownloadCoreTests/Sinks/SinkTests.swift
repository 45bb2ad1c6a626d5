import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct SinkTests {
    @Test("Progress passes through a closure's sink to the one behind, which need not know of it")
    func progress() async throws {
        struct ProgressSink: ByteSink, ~Copyable {
            var reports: [Double] = []
            mutating func write(_ bytes: RawSpan) async throws {}
            mutating func progress(_ fraction: Double) { reports.append(fraction) }
        }
        let view = FileView {
            VirtualFile(name: "x") { sink in
                sink.progress(0.25)
                try await sink.write("x")
                sink.progress(3, of: 4)
                sink.progress(0, of: 0)
            }
        }
        var sink = ProgressSink()
        try await AnyDownloadFile(view.make()).write(to: &sink)
        #expect(sink.reports == [0.25, 0.75, 1])
        // A client's sink takes no notice.
        #expect(try await view.response(to: .get()).text == "x")
    }

    @Test(
        "A generator is ended by the write that delivers the last wanted byte",
        arguments: ["bytes=2-5", "bytes=0-1,4-5"]
    )
    func endsGeneratorEarly(range: String) async throws {
        let counter = PieceCounter()
        let view = FileView { CountedFile(counter: counter) }
        let response = try await view.response(to: .get(headerFields: [.range: range]))
        #expect(response.status == .partialContent)
        #expect(response.isFinished)
        #expect(counter.pieces == 6)
    }

    @Test(
        "A generator whose bytes are dropped is ended when its task is cancelled",
        arguments: ["bytes=1048575-", "bytes=0-0,1048575-"],
        [true, false]
    )
    func endsCancelledGenerator(range: String, triesAtOnce: Bool) async throws {
        let counter = PieceCounter()
        let view = FileView {
            VirtualFile(name: "x.bin", size: 1 << 20, repeatable: true) { sink in
                let piece = [UInt8](repeating: 120, count: 4096)
                for number in 0..<256 {
                    // As when the client leaves, or a limit has passed.
                    if number == 1 { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
                    counter.pieces += 1
                    if triesAtOnce {
                        try await sink.write(piece)
                    } else {
                        try await sink.write(unsafe piece.span.bytes)
                    }
                }
            }
            .validated(by: EntityTag("abc"))
        }
        let task = Task { try await view.response(to: .get(headerFields: [.range: range])) }
        if case .success(let response) = await task.result { #expect(response.failure is CancellationError) }
        #expect(counter.pieces < 100)
    }

    @Test("After a failed write nothing more is forwarded", arguments: ["bytes=2-7", "bytes=0-2,5-7"])
    func stopsAfterFailure(range: String) async throws {
        let file = StubFile()
            .with {
                $0.pieceSize = 1
                $0.swallowsErrors = true
            }
        let recorder = FailingRecorder()
        var sink = FailingSink(recorder: recorder, failingWrite: 2)
        let view = FileView { file }
        await #expect(throws: Unexpected.self) {
            try await view.respond(to: .get(headerFields: [.range: range]), into: &sink)
        }
        #expect(recorder.writes == 2)
        #expect(!recorder.isFinished)
    }

    @Test("Pieces are accepted at once up to the declared size, and none beyond it")
    func acceptsWhatFits() throws {
        var account = ContentAccount()
        _ = account.begin(.exactly(3))
        let first = account.addIfFitting(2)
        let tooLong = account.addIfFitting(2)
        #expect(first && !tooLong && !account.isFull && account.count == 2)
        let last = account.addIfFitting(1)
        #expect(last && account.isFull)
        try account.finish()
        account = ContentAccount()
        _ = account.begin(.unknown)
        let further = account.addIfFitting(1_000_000)
        #expect(further && !account.isFull)
    }

    @Test("Nothing is accepted behind a piece that was too long, not even what would fit")
    func acceptsNothingBehindWhatIsTooLong() throws {
        var account = ContentAccount()
        _ = account.begin(.exactly(3))
        try account.add(2)
        #expect(throws: ContentLengthMismatch.self) { try account.add(2) }
        let fits = account.addIfFitting(1)
        #expect(!fits)
        #expect(throws: ContentLengthMismatch.self) { try account.add(1) }
        #expect(account.count == 2)
    }

    @Test("A response without content is committed by its end, and not before")
    func commitsByEnd() throws {
        var account = ContentAccount()
        _ = account.begin(.exactly(0))
        #expect(!account.isCommitted && !account.isFull)
        try account.finish()
        #expect(account.isCommitted && account.isFull)
        let isBegunAgain = account.begin(.unknown)
        #expect(!isBegunAgain)
    }

    @Test("Content without a head, or with a second one, makes no response")
    func keepsOrder() throws {
        var account = ContentAccount()
        #expect(throws: ResponseOrderError.headMissing) { try account.finish() }
        #expect(throws: ResponseOrderError.headMissing) { try account.add(1) }
        var fits = account.addIfFitting(1)
        #expect(!fits)
        // Before content a head may take another's place.
        let (first, second) = (account.begin(.exactly(1)), account.begin(.exactly(4)))
        #expect(first && second)
        try account.add(2)
        let third = account.begin(.unknown)
        fits = account.addIfFitting(1)
        #expect(!third && !fits)
        #expect(throws: ResponseOrderError.headAfterContent) { try account.add(2) }
        #expect(throws: ResponseOrderError.headAfterContent) { try account.finish() }
        #expect(account.count == 2)
    }

    @Test(
        "Content behind the end is refused, and the response stays whole",
        arguments: [.unknown, .exactly(2)] as [ContentExtent]
    )
    func acceptsNothingBehindTheEnd(extent: ContentExtent) throws {
        var account = ContentAccount()
        _ = account.begin(extent)
        try account.add(2)
        try account.finish()
        let fits = account.addIfFitting(1)
        #expect(!fits)
        #expect(throws: ResponseOrderError.contentAfterEnd) { try account.add(1) }
        try account.finish()
        #expect(account.count == 2)
    }

    @Test(
        "A range cut from pieces that are accepted at once is the same",
        arguments: [0..<1, 0..<10, 3..<7, 9..<10, 4..<4 + 3] as [Range<Int64>],
        [1, 2, 4, 10]
    )
    func cutsAtOnce(range: Range<Int64>, pieceSize: Int) async throws {
        let recorder = GreedyRecorder()
        var cut = RangeSink(GreedySink(recorder: recorder), range: range)
        var rest = "0123456789"[...]
        do {
            while !rest.isEmpty {
                let piece = rest.prefix(pieceSize)
                rest = rest.dropFirst(pieceSize)
                try await cut.write(piece)
            }
            Issue.record("the last wanted byte ends the generator")
        } catch is RangeSink<GreedySink>.Done {}
        // So does every write after it, of nothing too.
        do {
            try await cut.write("")
            Issue.record("no more was wanted")
        } catch is RangeSink<GreedySink>.Done {}
        var missing: Int64 = -1
        _ = cut.finish(missing: &missing)
        #expect(missing == 0)
        let wanted = Array("0123456789".utf8)[Int(range.lowerBound)..<Int(range.upperBound)]
        #expect(recorder.bytes == Array(wanted))
        if pieceSize == 1 { #expect(recorder.slowWrites == 1) }
    }

    @Test("After a failed write nothing is forwarded at once either")
    func forwardsNothingAtOnceAfterFailure() async throws {
        let recorder = GreedyRecorder()
        var cut = RangeSink(FickleSink(recorder: recorder), range: 1..<10)
        await #expect(throws: Unexpected.self) { try await cut.write("0123") }
        let isWritten = "45".writeAtOnce(to: &cut)
        #expect(!isWritten && recorder.bytes.isEmpty)
    }

    @Test("A sink need not keep a log")
    func notesNothingByDefault() async throws {
        let recorder = FailingRecorder()
        var sink = FailingSink(recorder: recorder, failingWrite: .max)
        let view = FileView<ContentFile> { throw Unexpected() }
        try await view.respond(to: .get(), into: &sink)
        #expect(recorder.isFinished)
    }

    @Test("A whole response is sent as its status and method allow")
    func sendsWholeResponse() async throws {
        let handler = FixedHandler(response: DownloadResponse(status: .noContent, headerFields: [.contentLength: "3"]))
        let empty = try await handler.response(to: .get())
        #expect(empty.status == .noContent && empty.headerFields[.contentLength] == nil)
        let early = FixedHandler(response: DownloadResponse(status: .earlyHints, headerFields: [.contentLength: "3"]))
        #expect(try await early.response(to: .get()).headerFields[.contentLength] == nil)
        let text = FixedHandler(response: DownloadResponse(status: .ok, content: .bytes(Array("abc".utf8))))
        #expect(try await text.response(to: .get()).text == "abc")
        let head = try await text.response(to: .head())
        #expect(head.body.isEmpty && head.headerFields[.contentLength] == "3" && head.isFinished)
    }
}

private final class PieceCounter: @unchecked Sendable {
    // Touched by one request only.
    var pieces = 0
}

/// What a ``GreedySink`` was given, and how often it was asked the slow way.
private final class GreedyRecorder {
    var bytes: [UInt8] = []
    var slowWrites = 0
}

/// Accepts everything at once.
private struct GreedySink: ByteSink, ~Copyable {
    let recorder: GreedyRecorder

    mutating func write(_ bytes: RawSpan) async throws {
        recorder.slowWrites += 1
        _ = writeAtOnce(bytes)
    }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe recorder.bytes.append(contentsOf: $0) }
        return true
    }
}

/// Fails when it is asked the slow way, and accepts everything at once.
private struct FickleSink: ByteSink, ~Copyable {
    let recorder: GreedyRecorder

    mutating func write(_ bytes: RawSpan) async throws { throw Unexpected() }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe recorder.bytes.append(contentsOf: $0) }
        return true
    }
}

/// Ten bytes, one at a time, counted as they are made.
private struct CountedFile: DownloadFile {
    let counter: PieceCounter
    var name: String { "x.bin" }
    var size: Int64? { 10 }
    var entityTag: EntityTag? { EntityTag("abc") }
    var isRepeatable: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        for digit in 0...9 {
            counter.pieces += 1
            try await sink.write("\(digit)")
        }
    }
}

private final class FailingRecorder {
    var writes = 0
    var isFinished = false
}

/// A response sink whose client leaves at a certain write, and that would take more after it.
private struct FailingSink: ResponseSink, ~Copyable {
    let recorder: FailingRecorder
    let failingWrite: Int

    var isCommitted: Bool { recorder.writes > 0 }
    mutating func begin(_ head: HTTPResponse, extent: ContentExtent) {}
    mutating func finish() async throws { recorder.isFinished = true }

    mutating func write(_ bytes: RawSpan) async throws {
        recorder.writes += 1
        if recorder.writes == failingWrite { throw Unexpected() }
    }
}

private struct FixedHandler: RequestHandler {
    var response: DownloadResponse

    func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws {
        try await sink.send(response, for: request.method)
    }
}
