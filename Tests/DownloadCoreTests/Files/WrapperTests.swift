import DownloadCore
import DownloadTesting
import HTTPTypes
import Synchronization
import Testing

@Suite struct WrapperTests {
    /// Downloads `file` and expects `héllo\n`, with the size in bytes where it is known.
    private func expectHello<File: DownloadFile & SendableMetatype>(
        _ file: @escaping @Sendable () -> File,
        size: Int64?
    ) async throws {
        let view = FileView { file() }
        try await expectDownload(from: view, content: "héllo\n", basename: "h.txt", mimeType: "text/plain", size: size)
        let response = try await view.response(to: .get())
        #expect((response.headerFields[.contentLength] == nil) == (size == nil))
        #expect(response.generatorRuns == 1)
    }

    @Test("ContentFile counts the bytes of a text, not its characters")
    func servesContentFile() async throws {
        try await expectHello({ ContentFile("héllo\n", name: "h.txt") }, size: 7)
        try await expectHello({ ContentFile(Array("héllo\n".utf8), name: "h.txt") }, size: 7)
    }

    @Test("StringIO knows its size in bytes")
    func servesStringIO() async throws {
        var text = StringIO("hé")
        text.write("llo\n")
        #expect(text.value == "héllo\n")
        let written = text
        try await expectHello({ VirtualFile(written, name: "h.txt") }, size: 7)
    }

    @Test("BytesIO knows its size in bytes")
    func servesBytesIO() async throws {
        var bytes = BytesIO(Array("hé".utf8))
        bytes.write("llo\n".utf8)
        #expect(bytes.value == Array("héllo\n".utf8))
        let written = bytes
        try await expectHello({ VirtualFile(written, name: "h.txt") }, size: 7)
    }

    @Test("TextIteratorIO writes its pieces in order, and its size is unknown")
    func servesTextIterator() async throws {
        try await expectHello({ VirtualFile(TextIteratorIO(["h", "", "é", "llo\n"]), name: "h.txt") }, size: nil)
        try await expectHello(
            { VirtualFile(TextIteratorIO(OneShot(["hé", "llo\n"])), name: "h.txt") },
            size: nil
        )
        try await expectHello({ VirtualFile(TextIteratorIO(["héllo"[...], "\n"]), name: "h.txt", size: 7) }, size: 7)
    }

    @Test("BytesIteratorIO passes on a character that is cut in two")
    func servesBytesIterator() async throws {
        let pieces: [[UInt8]] = [[0x68, 0xC3], [0xA9], [], Array("llo\n".utf8)]
        try await expectHello({ VirtualFile(BytesIteratorIO(pieces), name: "h.txt") }, size: nil)
        try await expectHello({ VirtualFile(BytesIteratorIO(OneShot(pieces)), name: "h.txt") }, size: nil)
        try await expectHello({ VirtualFile(BytesIteratorIO(pieces.map { $0[...] }), name: "h.txt") }, size: nil)
    }

    @Test("AsyncIteratorIO writes what an asynchronous sequence gives")
    func servesAsyncIterator() async throws {
        try await expectHello(
            {
                let pieces = AsyncStream<String> { continuation in
                    for piece in ["hé", "llo", "\n"] { continuation.yield(piece) }
                    continuation.finish()
                }
                return VirtualFile(AsyncIteratorIO(pieces), name: "h.txt")
            },
            size: nil
        )
    }

    @Test("A closure writes into the sink whatever a sink takes")
    func servesClosure() async throws {
        try await expectHello(
            {
                VirtualFile(name: "h.txt") { sink in
                    try await sink.write("hé")
                    try await sink.write("xll".dropFirst())
                    try await sink.write(Array("o".utf8))
                    try await sink.write(Array("\n".utf8)[...])
                }
            },
            size: nil
        )
    }

    @Test("A file needs a name and its content, and nothing else")
    func servesMinimalFile() async throws {
        let view = FileView { MinimalFile() }
        try await expectDownload(from: view, content: "x", basename: "x.bin", mimeType: "application/octet-stream")
        let response = try await view.response(to: .get(headerFields: [.ifModifiedSince: PreconditionTests.after]))
        #expect(response.status == .ok)
        #expect(response.headerFields[.contentLength] == nil)
    }

    static let fields: [HTTPFields] = [
        [:], [.range: "bytes=2-5"], [.range: "bytes=1-1,7-"], [.range: "bytes=20-"], [.ifNoneMatch: "\"abc\""],
        [.ifModifiedSince: PreconditionTests.date],
    ]

    @Test("A view can choose between types of files", arguments: fields, Seeking.allCases)
    func servesAnyFile(fields: HTTPFields, seeking: Seeking) async throws {
        let digest = ContentDigest(.sha256, bytes: [UInt8](repeating: 7, count: 32))
        for modified in [nil, true, false] as [Bool?] {
            let file = seeking.file
                .with {
                    $0.contentType = "text/csv"
                    $0.digest = digest
                    $0.modificationAnswer = modified
                }
            let own = try await FileView { file }.response(to: .get(headerFields: fields))
            let any = try await ChoosingView(file: file).response(to: .get("/stub", headerFields: fields))
            #expect(any.status == own.status)
            #expect(any.headerFields == own.headerFields)
            #expect(any.body == own.body)
        }
        let other = ChoosingView(file: seeking.file)
        try await expectDownload(from: other, content: "other", basename: "other.txt", size: 5)
    }

    @Test("An empty content is a whole download of 0 bytes")
    func servesNothing() async throws {
        try await expectDownload(from: FileView { ContentFile("", name: "e.txt") }, content: "", size: 0)
        let unknown = try await FileView { VirtualFile(name: "e.txt") { _ in } }.response(to: .get())
        #expect(unknown.status == .ok && unknown.isFinished && unknown.body.isEmpty)
    }

    @Test("A size that is too small fails visibly, or is 500 before the first byte", arguments: [1, 7])
    func failsWhenTooLong(pieceSize: Int) async throws {
        let file = StubFile()
            .with {
                $0.size = 5
                $0.pieceSize = pieceSize
            }
        let response = try await FileView { file }.response(to: .get())
        if pieceSize > 5 {
            #expect(response.status == .internalServerError && response.isFinished)
        } else {
            #expect((response.failure as? ContentLengthMismatch)?.declared == 5)
            #expect(!response.isFinished && response.body.count <= 5)
        }
    }

    @Test("A generator that swallows the sink's error still fails")
    func failsWhenErrorIsSwallowed() async throws {
        let file = StubFile()
            .with {
                $0.size = 5
                $0.pieceSize = 1
                $0.swallowsErrors = true
            }
        let response = try await FileView { file }.response(to: .get())
        #expect(response.failure is ContentLengthMismatch)
        #expect(!response.isFinished && response.text == "01234")
    }

    @Test("A negative size counts as unknown")
    func ignoresNegativeSize() async throws {
        let response = try await FileView { StubFile().with { $0.size = -1 } }.response(to: .get())
        #expect(response.status == .ok && response.isFinished)
        #expect(response.headerFields[.contentLength] == nil)
        #expect(response.headerFields[.acceptRanges] == "none")
    }

    @Test("A size that is too large fails visibly")
    func failsWhenTooShort() async throws {
        let response = try await FileView { StubFile().with { $0.size = 11 } }.response(to: .get())
        let mismatch = try #require(response.failure as? ContentLengthMismatch)
        #expect(mismatch.declared == 11 && mismatch.written == 10)
        #expect(!response.isFinished)
        #expect(mismatch.description == "the content has 10 bytes, but its size was declared as 11")
        #expect(ContentLengthMismatch(declared: 1, written: 2).description.contains("2 or more bytes"))
    }

    /// Downloads four bytes from the middle of `0123456789`.
    private func expectRange<File: DownloadFile & SendableMetatype>(_ file: @escaping @Sendable () -> File) async throws
    {
        let response = try await FileView { file() }.response(to: .get(headerFields: [.range: "bytes=3-6"]))
        #expect(response.status == .partialContent)
        #expect(response.text == "3456")
        #expect(response.isFinished)
    }

    @Test("Every wrapper that can be repeated serves a range")
    func servesRange() async throws {
        let tag = EntityTag("abc")
        try await expectRange {
            var file = ContentFile("0123456789", name: "d.txt")
            file.entityTag = tag
            return file
        }
        try await expectRange {
            ContentFile("0123456789", name: "d.txt").validated(by: tag)
                .validated(modified: HTTPDate(secondsSince1970: 1))
        }
        try await expectRange { VirtualFile(StringIO("0123456789"), name: "d.txt").validated(by: tag) }
        try await expectRange { VirtualFile(BytesIO(Array("0123456789".utf8)), name: "d.txt").validated(by: tag) }
        try await expectRange {
            VirtualFile(TextIteratorIO(["01", "2345", "6789"], repeatable: true), name: "d.txt", size: 10)
                .validated(by: tag)
        }
        try await expectRange {
            VirtualFile(BytesIteratorIO([Array("0123456789".utf8)], repeatable: true), name: "d.txt", size: 10)
                .validated(by: tag)
        }
        try await expectRange {
            VirtualFile(name: "d.txt", size: 10, repeatable: true) { sink in
                for digit in 0...9 { try await sink.write("\(digit)") }
            }
            .validated(by: tag, modified: HTTPDate(secondsSince1970: 1))
        }
    }

    @Test("What is in memory is repeatable, and seekable without what is before a range")
    func seeksInMemory() async throws {
        func expectSeeking<File: DownloadFile & SendableMetatype>(_ file: @escaping @Sendable () -> File) async throws {
            var view = FileView { file() }
            view.maximumSkippedBytes = 0
            let response = try await view.response(to: .get(headerFields: [.range: "bytes=3-6"]))
            #expect(response.status == .partialContent && response.text == "3456")
            #expect(file().isRepeatable.optionValue == true && file().isSeekable.optionValue == true)
        }
        let tag = EntityTag("abc")
        try await expectSeeking {
            var file = ContentFile("0123456789", name: "d.txt")
            file.entityTag = tag
            return file
        }
        try await expectSeeking { VirtualFile(StringIO("0123456789"), name: "d.txt").validated(by: tag) }
        try await expectSeeking { VirtualFile(BytesIO(Array("0123456789".utf8)), name: "d.txt").validated(by: tag) }
    }

    @Test("A file that is seekable is asked for no byte before the range")
    func asksForRangesAlone() async throws {
        let store = ObjectStore("0123456789")
        let view = FileView { VirtualFile(store, name: "d.txt").validated(by: EntityTag("abc")) }
        for (field, text) in [("bytes=3-6", "3456"), ("bytes=0-1", "01"), ("bytes=-2", "89"), ("bytes=8-99", "89")] {
            let response = try await view.response(to: .get(headerFields: [.range: field]))
            #expect(response.status == .partialContent && response.text == text && response.isFinished)
        }
        #expect(try await view.response(to: .get(headerFields: [.range: "bytes=6-7,1-2"])).isFinished)
        #expect(store.requests.withLock { $0 } == [3..<7, 0..<2, 8..<10, 8..<10, 6..<8, 1..<3])
    }

    @Test("Bytes behind the range that a seekable file writes all the same are dropped")
    func dropsBytesBehindRange() async throws {
        for writesTooMuch in [false, true] {
            let view = FileView { LateFile(writesTooMuch: writesTooMuch) }
            let response = try await view.response(to: .get(headerFields: [.range: "bytes=3-6"]))
            #expect(response.status == .partialContent && response.text == "3456" && response.isFinished)
        }
    }

    @Test("A further validator leaves the one that is there")
    func keepsValidators() {
        let (tag, date) = (EntityTag("abc"), HTTPDate(secondsSince1970: 1))
        let file = VirtualFile(StringIO("x"), name: "x.txt")
        for both in [
            file.validated(by: tag).validated(modified: date), file.validated(modified: date).validated(by: tag),
        ] {
            #expect(both.entityTag == tag && both.modificationDate == date)
        }
    }

    @Test("The default for a range drops what is outside it")
    func dropsBytesOutsideRange() async throws {
        let view = FileView {
            VirtualFile(name: "rest.txt") { sink in
                let file = VirtualFile(TextIteratorIO(["0123", "4567", "89"]), name: "d.txt")
                try await file.write(5..<8, to: &sink)
            }
        }
        #expect(try await view.response(to: .get()).text == "567")
    }

    @Test("An error goes through the default for a range")
    func passesErrorFromRange() async throws {
        let view = FileView {
            VirtualFile(name: "rest.txt") { sink in
                let failing = ContentWriter { sink in
                    try await sink.write("0123")
                    throw Unexpected()
                }
                try await failing.write(2..<10, to: &sink)
            }
        }
        let response = try await view.response(to: .get())
        #expect(response.text == "23")
        #expect(response.failure is Unexpected)
    }

    @Test("A view may keep a file whose content can be shared")
    func sharesFile() async throws {
        let view = KeepingView()
        for _ in 0..<2 { try await expectDownload(from: view, content: "kept", size: 4) }
        let conditional = DownloadRequest.get(headerFields: [.ifModifiedSince: "now"])
        #expect(try await view.response(to: conditional).status == .notModified)
    }
}

/// An iterator that is no sequence.
private struct OneShot<Element>: IteratorProtocol {
    private var rest: ArraySlice<Element>

    init(_ elements: [Element]) { rest = elements[...] }

    mutating func next() -> Element? { rest.popFirst() }
}

private struct MinimalFile: DownloadFile {
    var name: String { "x.bin" }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write("x")
    }
}

/// Ten digits that are never to be written from the first.
private struct LateFile: DownloadFile {
    var writesTooMuch: Bool
    var name: String { "d.txt" }
    var size: Int64? { 10 }
    var entityTag: EntityTag? { EntityTag("abc") }
    var isSeekable: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws { throw Unexpected() }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        let end = writesTooMuch ? 10 : Int(range.upperBound)
        for digit in Array("0123456789".utf8)[Int(range.lowerBound)..<end] { try await sink.write([digit]) }
    }
}

/// A content that is fetched from elsewhere, for which each byte costs; it keeps what it was asked for.
private final class ObjectStore: DownloadContent, Sendable {
    let requests = Mutex<[Range<Int64>]>([])
    private let object: [UInt8]

    init(_ object: String) { self.object = Array(object.utf8) }

    var size: Int64? { Int64(object.count) }
    var isSeekable: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(0..<Int64(object.count), to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        requests.withLock { $0.append(range) }
        try await sink.write(object[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}

/// Compiles only if the file is `Sendable`, as a view is.
private struct KeepingView: VirtualDownloadView {
    let kept = VirtualFile(StringIO("kept"), name: "kept.txt").answeringModified { $0 != "now" }

    func file(for request: DownloadRequest) -> VirtualFile<StringIO> { kept }
}

private struct ChoosingView: VirtualDownloadView {
    var file: StubFile

    func file(for request: DownloadRequest) -> AnyDownloadFile {
        if request.path == "/stub" { return AnyDownloadFile(file) }
        return AnyDownloadFile(ContentFile("other", name: "other.txt"))
    }
}
