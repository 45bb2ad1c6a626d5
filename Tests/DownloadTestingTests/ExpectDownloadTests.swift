import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct ExpectDownloadTests {
    private static let view = FileView { ContentFile("Hello world!\n", name: "hello-world.txt") }

    @Test("A download that is as expected passes")
    func passes() async throws {
        let response = try await Self.view.response(to: .get())
        expectDownload(
            response,
            content: "Hello world!\n",
            basename: "hello-world.txt",
            mimeType: "text/plain",
            attachment: true,
            size: 13
        )
        try await expectDownload(from: FileView { digits() }, content: "0123456789", basename: "digits.txt", size: 10)
    }

    @Test("Every difference is told")
    func tellsDifferences() async throws {
        let response = try await Self.view.response(to: .get())
        let differences = response.differences(
            content: Array("Hello".utf8),
            basename: "other.txt",
            mimeType: "text/csv",
            attachment: false,
            size: 5
        )
        #expect(differences.count == 5)
        withKnownIssue { expectDownload(response, basename: "other.txt") }
    }

    @Test("Bytes are compared as bytes, and the type with its parameters if they are named")
    func comparesBytes() async throws {
        let bytes: [UInt8] = [0, 0xff, 0x80]
        let response = try await FileView { ContentFile(bytes, name: "a.csv") }.response(to: .get())
        expectDownload(
            response,
            content: bytes,
            basename: "a.csv",
            mimeType: "TEXT/csv",
            contentType: "text/csv; charset=utf-8",
            attachment: true,
            size: 3
        )
        #expect(response.differences(content: [0, 0xff, 0x81]).count == 1)
        for type in ["text/csv", "text/csv; charset=utf-8"] { #expect(response.differences(mimeType: type) == []) }
        for type in ["text/cs", "text/", "text/csvx", "text/csv; charset=latin1", "csv"] {
            #expect(response.differences(mimeType: type).count == 1, "\(type)")
        }
        #expect(response.differences(contentType: "text/csv").count == 1)
        withKnownIssue { expectDownload(response, content: [1]) }
        let view = FileView { ContentFile(bytes, name: "a.csv") }
        try await expectDownload(from: view, content: bytes, basename: "a.csv", attachment: true, size: 3)
        await withKnownIssue { try await expectDownload(from: view, content: [0, 0xff]) }
    }

    /// Contents that differ behind what a line has room for.
    static let contents: [(sent: String, expected: String, told: String)] = [
        ("Hello", "Hello world", #"has 5 bytes "Hello", expected 11 bytes "Hello world"; they differ from byte 5 on"#),
        ("", "x", #"has 0 bytes "", expected 1 byte "x"; they differ from byte 0 on"#),
        (
            String(repeating: "a", count: 100) + "b", String(repeating: "a", count: 100) + "c",
            #"has 101 bytes …"\#(String(repeating: "a", count: 30))b", expected 101 bytes "#
                + #"…"\#(String(repeating: "a", count: 30))c"; they differ from byte 100 on"#
        ),
        (
            String(repeating: "a", count: 100), String(repeating: "a", count: 200),
            #"has 100 bytes …"\#(String(repeating: "a", count: 30))", expected 200 bytes "#
                + #"…"\#(String(repeating: "a", count: 60))"…; they differ from byte 100 on"#
        ),
    ]

    @Test("Of another content it is told where it begins to differ", arguments: contents)
    func tellsWhereContentDiffers(row: (sent: String, expected: String, told: String)) async throws {
        let response = try await FileView { ContentFile(row.sent, name: "a.txt") }.response(to: .get())
        #expect(response.differences(content: Array(row.expected.utf8)) == ["the content \(row.told)"])
    }

    @Test("Of a view that fails before its first byte it is told why")
    func tellsWhyThereIsNoDownload() async throws {
        let view = FileView { () -> ContentFile in throw DownloadError(.gone, reason: "sold in May") }
        let response = try await view.response(to: .get())
        #expect(response.differences() == ["the status is 410 Gone, expected 200 or 206: 410 Gone: sold in May"])
    }

    @Test("Of HEAD the size of the content is compared")
    func countsContentOfHead() async throws {
        let head = try await Self.view.response(to: .head())
        expectDownload(head, content: "Hello world!\n", basename: "hello-world.txt", size: 13)
        #expect(head.differences(content: [1]).count == 1)
    }

    @Test("What a view does wrong besides its download is told")
    func tellsWrongHead() async throws {
        await withKnownIssue { try await expectDownload(from: Self.view, size: 5) }
        await withKnownIssue { try await expectDownload(from: ChangingView()) }
        let part = DownloadRequest.get(headerFields: [.range: "bytes=1-2"])
        try await expectDownload(from: FileView { digits() }, for: part, content: "12", size: 2)
    }

    static let broken: [(String, @Sendable (inout RecordedResponse) -> Void)] = [
        ("Content-Length is 13, but 12 bytes", { $0.body.removeLast() }),
        ("was not finished", { $0.isFinished = false }),
        ("failed after 13 bytes", { $0.failure = Unexpected() }),
        ("the status is 404", { $0.status = .notFound }),
        ("where none may be", { $0.method = .head }),
        ("the generator ran", { $0.status = .preconditionFailed }),
    ]

    @Test("A response that is broken in itself never passes", arguments: broken.indices)
    func refusesBroken(index: Int) async throws {
        var response = try await Self.view.response(to: .get())
        Self.broken[index].1(&response)
        #expect(response.differences().contains { $0.contains(Self.broken[index].0) })
    }

    /// What django-downloadview's own helper gets wrong: an attachment without a name, and names with quotes.
    static let dispositions: [(String, String?, Bool)] = [
        ("attachment", nil, true),
        ("inline", nil, false),
        (#"attachment; filename="a \"b\" \\.txt""#, #"a "b" \.txt"#, true),
        (#"inline; filename="e.txt"; filename*=UTF-8''%C3%A9.txt"#, "é.txt", false),
        (#"attachment; filename*=UTF-8''a%20b.txt; filename="a_b.txt""#, "a b.txt", true),
        ("attachment; filename=plain.txt", "plain.txt", true),
        (#"attachment; filename="x.txt"; filename*=latin1''%E9.txt"#, "x.txt", true),
        (#"attachment; filename="x.txt"; filename*=UTF-8''%zz"#, "x.txt", true),
        (#"attachment; filename="x.txt"; filename*=UTF-8''%FF"#, "x.txt", true),
    ]

    @Test("A disposition is read as a client reads it", arguments: dispositions)
    func readsDisposition(field: String, name: String?, attachment: Bool) async throws {
        var response = try await Self.view.response(to: .get())
        response.headerFields[.contentDisposition] = field
        expectDownload(response, basename: name, attachment: attachment)
        #expect(response.differences(attachment: !attachment).count == 1)
        #expect(response.differences(basename: "none of them").count == 1)
    }

    @Test("A missing disposition is neither attachment nor inline")
    func noticesMissingDisposition() async throws {
        var response = try await Self.view.response(to: .get())
        response.headerFields[.contentDisposition] = nil
        #expect(response.differences(attachment: true) == ["the disposition is missing, expected attachment"])
        #expect(response.differences(attachment: false).count == 1)
    }

    @Test("A handler that fails after its first bytes is recorded, one that fails before throws")
    func recordsHandlers() async throws {
        let late = try await FailingHandler(isLate: true).response(to: .get())
        #expect(late.failure is Unexpected && late.text == "x" && !late.isFinished)
        await #expect(throws: Unexpected.self) { try await FailingHandler(isLate: false).response(to: .get()) }
    }
}

private struct FailingHandler: RequestHandler {
    var isLate: Bool

    func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws {
        sink.begin(HTTPResponse(status: .ok), extent: .unknown)
        if isLate { try await sink.write("x") }
        throw Unexpected()
    }
}

/// A view whose answer is another at each request, and whose tag never matches.
private struct ChangingView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        digits().validated(by: EntityTag(request.method.rawValue + (request.headerFields[.ifNoneMatch] ?? "")))
    }
}

private struct FileView<File: DownloadFile>: VirtualDownloadView {
    let make: @Sendable () throws -> File

    func file(for request: DownloadRequest) throws -> File { try make() }
}

/// Ten bytes that can be had in parts.
private func digits() -> VirtualFile<StringIO> {
    VirtualFile(StringIO("0123456789"), name: "digits.txt").validated(by: EntityTag("abc"))
}

private struct Unexpected: Error {}
