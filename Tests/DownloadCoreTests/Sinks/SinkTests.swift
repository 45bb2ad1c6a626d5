import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct SinkTests {
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
