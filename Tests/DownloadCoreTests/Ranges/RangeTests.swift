import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

/// One Range field and what it selects of `0123456789`.
struct RangeCase: Sendable, CustomTestStringConvertible {
    /// What is expected.
    enum Answer: Sendable {
        /// 200 with everything.
        case whole
        /// 206 with these bytes, which start at the offset.
        case one(String, at: Int)
        /// 206 with these parts.
        case several([(String, at: Int)])
        /// 416.
        case unsatisfiable
    }

    var range: String
    var answer: Answer
    var fields: HTTPFields

    init(_ range: String, _ answer: Answer, _ fields: HTTPFields = [:]) {
        self.range = range
        self.answer = answer
        self.fields = fields
    }

    var testDescription: String {
        ([String(range.prefix(60))] + fields.map { "\($0.name): \($0.value)" }).joined(separator: ", ")
    }
}

@Suite struct RangeTests {
    static let all = "0123456789"
    static let date = PreconditionTests.date

    static let cases: [RangeCase] = [
        .init("bytes=0-3", .one("0123", at: 0)),
        .init("bytes=3-", .one("3456789", at: 3)),
        .init("bytes=-3", .one("789", at: 7)),
        .init("bytes=0-", .one(all, at: 0)),
        .init("bytes=0-0", .one("0", at: 0)),
        .init("bytes=9-9", .one("9", at: 9)),
        .init("bytes=-10", .one(all, at: 0)),
        .init("bytes=10-", .unsatisfiable),
        .init("bytes=10-20", .unsatisfiable),
        .init("bytes=5-20", .one("56789", at: 5)),
        .init("bytes=0-100", .one(all, at: 0)),
        .init("bytes=3-2", .whole),
        .init("bytes=", .whole),
        .init("bytes=a-b", .whole),
        .init("bytes", .whole),
        .init("0-3", .whole),
        .init("items=0-3", .whole),
        .init("bytes = 0-3", .whole),
        .init("bytes=0-3, ", .one("0123", at: 0)),
        .init("bytes=\t0-3", .one("0123", at: 0)),
        .init("bytes=0-1,3-4", .several([("01", at: 0), ("34", at: 3)])),
        .init("bytes=0-1, 3-4", .several([("01", at: 0), ("34", at: 3)])),
        .init("bytes=,0-1", .one("01", at: 0)),
        .init("bytes=0-1,", .one("01", at: 0)),
        .init("bytes=0-5,2-8", .one("012345678", at: 0)),
        .init("bytes=2-3,0-1", .one("0123", at: 0)),
        .init("bytes=0-1,4-5,2-3,8-9", .several([("012345", at: 0), ("89", at: 8)])),
        .init("bytes=20-30,40-50", .unsatisfiable),
        .init("bytes=20-30,1-2", .one("12", at: 1)),
        .init("bytes=0-0,-1", .several([("0", at: 0), ("9", at: 9)])),
        .init("bytes=0-3,0-3,0-3,0-3,0-3,0-3", .one("0123", at: 0)),
        .init("bytes=" + Array(repeating: "0-0", count: 101).joined(separator: ","), .whole),
        .init("bytes=+0-3", .whole),
        .init("bytes=0-+3", .whole),
        .init("bytes=1-2-3", .whole),
        .init("bytes=0-0x1", .whole),
        .init("bytes=0-1;2-3", .whole),
        .init("bytes=99999999999999999999-", .unsatisfiable),
        .init("bytes=-99999999999999999999", .one(all, at: 0)),
        .init("bytes=00000-00003", .one("0123", at: 0)),
        .init("bytes=0-99999999999999999999", .one(all, at: 0)),
        .init("bytes=-0", .unsatisfiable),
        .init("bytes=0-3", .one("0123", at: 0), [.ifRange: "\"abc\""]),
        .init("bytes=0-3", .whole, [.ifRange: "\"x\""]),
        .init("bytes=0-3", .whole, [.ifRange: "W/\"abc\""]),
        .init("bytes=0-3", .one("0123", at: 0), [.ifRange: date]),
        .init("bytes=0-3", .whole, [.ifRange: PreconditionTests.before]),
        .init("bytes=0-3", .whole, [.ifRange: PreconditionTests.after]),
        .init("bytes=0-3", .whole, [.ifRange: "garbage"]),
        .init("bytes=0-3", .whole, [.ifRange: "abc"]),
        .init("bytes=0-3", .whole, [.ifRange: "*"]),
        .init("bytes=20-", .whole, [.ifRange: "\"x\""]),
    ]

    @Test("A Range selects what RFC 9110 §14 says", arguments: cases, Seeking.allCases)
    func selectsRanges(row: RangeCase, seeking: Seeking) async throws {
        var fields = row.fields
        fields[.range] = row.range
        let response = try await FileView { seeking.file }.response(to: .get(headerFields: fields))
        #expect(response.isFinished && response.failure == nil)
        #expect(response.fileRequests == 1)
        #expect(response.headerFields[.acceptRanges] == "bytes")
        #expect(response.headerFields[.contentLength] == String(response.body.count))
        switch row.answer {
        case .whole:
            #expect(response.status == .ok)
            #expect(response.text == Self.all)
            #expect(response.headerFields[.contentRange] == nil)
        case .one(let bytes, let offset):
            #expect(response.status == .partialContent)
            #expect(response.text == bytes)
            #expect(response.headerFields[.contentRange] == "bytes \(offset)-\(offset + bytes.count - 1)/10")
        case .several(let parts):
            #expect(response.status == .partialContent)
            #expect(response.headerFields[.contentRange] == nil)
            #expect(response.text == Self.multipart(parts, type: response.headerFields[.contentType] ?? ""))
        case .unsatisfiable:
            #expect(response.status == .rangeNotSatisfiable)
            #expect(response.headerFields[.contentRange] == "bytes */10")
            #expect(!response.ranGenerator)
        }
        if response.status == .partialContent {
            #expect(response.headerFields[.eTag] == "\"abc\"")
            #expect(response.headerFields[.lastModified] == Self.date)
            #expect(response.headerFields[.contentDisposition] == "attachment; filename=\"digits.txt\"")
            #expect(response.headerFields[.xAccelBuffering] == "no")
        }
    }

    /// The content that RFC 9110 §14.6 wants of these parts.
    static func multipart(_ parts: [(String, at: Int)], type: String) -> String {
        let prefix = "multipart/byteranges; boundary="
        guard type.hasPrefix(prefix) else { return "not multipart/byteranges" }
        let boundary = type.dropFirst(prefix.count)
        return
            parts.map { bytes, offset in
                "--\(boundary)\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    + "Content-Range: bytes \(offset)-\(offset + bytes.count - 1)/10\r\n\r\n\(bytes)\r\n"
            }
            .joined() + "--\(boundary)--\r\n"
    }

    @Test("The largest size there is overflows nothing", arguments: ["bytes=0-1,5-", "bytes=1-", "bytes=-1"])
    func boundsSizes(range: String) async throws {
        let file = Seeking.seeks.file.with { $0.size = .max }
        let view = FileView { file }
        let plan = DownloadPlan(method: .get, headerFields: [.range: range], file: file, view: view)
        #expect(plan.status == (range.contains(",") ? .ok : .partialContent))
    }

    @Test("Parts keep the requested order if the content is seekable, else the whole is sent")
    func keepsRequestedOrder() async throws {
        let request = DownloadRequest.get(headerFields: [.range: "bytes=5-8,0-2"])
        let seeking = try await FileView { Seeking.seeks.file }.response(to: request)
        #expect(seeking.status == .partialContent)
        let parts = Self.multipart([("5678", at: 5), ("012", at: 0)], type: seeking.headerFields[.contentType] ?? "")
        #expect(seeking.text == parts)
        #expect(seeking.generatorRuns == 2)
        let repeating = try await FileView { Seeking.repeats.file }.response(to: request)
        #expect(repeating.status == .ok)
        #expect(repeating.text == Self.all)
    }

    @Test("Ascending parts of a repeatable content come from one run")
    func runsOnceForParts() async throws {
        let request = DownloadRequest.get(headerFields: [.range: "bytes=0-1,3-4,9-9"])
        let response = try await FileView { Seeking.repeats.file }.response(to: request)
        #expect(response.status == .partialContent)
        #expect(response.generatorRuns == 1)
    }

    @Test("The same request is answered by the same bytes, another range by another boundary")
    func derivesBoundary() async throws {
        let view = FileView { Seeking.repeats.file }
        let first = try await view.response(to: .get(headerFields: [.range: "bytes=0-1,3-4"]))
        let second = try await view.response(to: .get(headerFields: [.range: "bytes=0-1,3-4"]))
        let other = try await view.response(to: .get(headerFields: [.range: "bytes=0-1,3-5"]))
        #expect(first.body == second.body)
        let begun = try await view.response(to: .get(headerFields: [.range: "bytes=1-1,3-4"]))
        let changed = StubFile().with { $0.entityTag = EntityTag("abd") }
        let anew = try await FileView { changed }.response(to: .get(headerFields: [.range: "bytes=0-1,3-4"]))
        let types = [first, other, begun, anew].map { $0.headerFields[.contentType] }
        #expect(Set(types).count == 4)
    }

    @Test("Nothing of an empty file can be selected")
    func refusesRangeOfEmptyFile() async throws {
        let file = StubFile()
            .with {
                $0.bytes = []
                $0.size = 0
            }
        let response = try await FileView { file }.response(to: .get(headerFields: [.range: "bytes=0-"]))
        #expect(response.status == .rangeNotSatisfiable)
        #expect(response.headerFields[.contentRange] == "bytes */0")
        #expect(!response.ranGenerator)
    }

    static let withoutRanges: [(String, StubFile)] = [
        ("unknown size", StubFile().with { $0.size = nil }),
        ("no tag, only a date", StubFile().with { $0.entityTag = nil }),
        ("a weak tag", StubFile().with { $0.entityTag = EntityTag("abc", isWeak: true) }),
        ("neither repeatable nor seekable", StubFile().with { $0.isRepeatable = false }),
    ]

    @Test("Without what it takes there are no ranges, and the answer says so", arguments: withoutRanges)
    func omitsRanges(name: String, file: StubFile) async throws {
        let response = try await FileView { file }.response(to: .get(headerFields: [.range: "bytes=0-3"]))
        #expect(response.status == .ok)
        #expect(response.text == Self.all)
        #expect(response.headerFields[.acceptRanges] == "none")
        let head = try await FileView { file }.response(to: .head())
        #expect(head.headerFields[.acceptRanges] == "none")
    }

    @Test("Range is ignored by HEAD and POST", arguments: [HTTPRequest.Method.head, .post])
    func ignoresRange(method: HTTPRequest.Method) async throws {
        var view = FileView { StubFile() }
        view.methods = [.head, .post]
        let response = try await view.response(to: .make(method, headerFields: [.range: "bytes=0-3"]))
        #expect(response.status == .ok)
        #expect(response.headerFields[.contentLength] == "10")
        #expect(response.headerFields[.acceptRanges] == (method == .head ? "bytes" : "none"))
    }

    @Test("A matching If-None-Match comes before Range")
    func prefersNotModified() async throws {
        let fields: HTTPFields = [.range: "bytes=0-3", .ifNoneMatch: "\"abc\""]
        #expect(try await FileView { StubFile() }.response(to: .get(headerFields: fields)).status == .notModified)
    }

    @Test("If-Range without Range means nothing")
    func ignoresLoneIfRange() async throws {
        let response = try await FileView { StubFile() }.response(to: .get(headerFields: [.ifRange: "\"abc\""]))
        #expect(response.status == .ok)
    }

    @Test("A content coding stays on one range, and makes several ranges the whole")
    func keepsContentCoding() async throws {
        var view = FileView { StubFile() }
        view.encoding = "gzip"
        let one = try await view.response(to: .get(headerFields: [.range: "bytes=0-3"]))
        #expect(one.status == .partialContent)
        #expect(one.headerFields[.contentEncoding] == "gzip")
        let several = try await view.response(to: .get(headerFields: [.range: "bytes=0-0,5-6"]))
        #expect(several.status == .ok)
        #expect(several.text == Self.all)
    }

    @Test(
        "A range that skips more than the view allows is answered by the whole",
        arguments: [
            ("bytes=4-", 206), ("bytes=5-", 200), ("bytes=0-1,6-7", 206), ("bytes=0-1,7-8", 200), ("bytes=0-", 206),
        ]
    )
    func boundsSkipping(range: String, code: Int) async throws {
        var view = FileView { Seeking.repeats.file }
        view.maximumSkippedBytes = 4
        let response = try await view.response(to: .get(headerFields: [.range: range]))
        #expect(response.status.code == code)
        // A web server must not cut the range out of the whole itself: all of it would be produced for that.
        #expect(response.headerFields[.acceptRanges] == (code == 206 ? "bytes" : "none"))
        #expect(try await view.response(to: .get()).headerFields[.acceptRanges] == "bytes")
        var seeking = FileView { Seeking.seeks.file }
        seeking.maximumSkippedBytes = 4
        #expect(try await seeking.response(to: .get(headerFields: [.range: range])).status.code == 206)
    }

    @Test(
        "A generator that swallows or wraps the sink's error does not harm the range",
        arguments: ["bytes=2-5", "bytes=0-1,5-6"],
        [true, false]
    )
    func survivesSwallowedErrors(range: String, swallows: Bool) async throws {
        let file = StubFile()
            .with {
                $0.swallowsErrors = swallows
                $0.wrapsErrors = !swallows
                $0.pieceSize = 1
            }
        let response = try await FileView { file }.response(to: .get(headerFields: [.range: range]))
        #expect(response.isFinished && response.failure == nil)
        #expect(response.headerFields[.contentLength] == String(response.body.count))
    }

    @Test(
        "A content that ends before the range does fails visibly",
        arguments: ["bytes=2-9", "bytes=0-1,5-9"],
        Seeking.allCases
    )
    func failsWhenContentIsShort(range: String, seeking: Seeking) async throws {
        let file = seeking.file.with { $0.bytes.removeLast(3) }
        let response = try await FileView { file }.response(to: .get(headerFields: [.range: range]))
        #expect(!response.isFinished)
        #expect((response.failure as? ContentLengthMismatch)?.declared == 10)
        #expect((response.failure as? ContentLengthMismatch)?.written == 7)
    }

    @Test("A generator that fails within a range fails with its own error", arguments: ["bytes=2-9", "bytes=0-1,3-9"])
    func passesErrorOfGenerator(range: String) async throws {
        let view = FileView {
            VirtualFile(name: "d.txt", size: 10, repeatable: true) { sink in
                try await sink.write("01234")
                throw Unexpected()
            }
            .validated(by: EntityTag("abc"))
        }
        let response = try await view.response(to: .get(headerFields: [.range: range]))
        #expect(response.status == .partialContent && !response.isFinished)
        #expect(response.failure is Unexpected)
    }

    @Test("A content that ends before the range begins is 500")
    func answersContentWithoutRange() async throws {
        let file = StubFile().with { $0.bytes.removeLast(8) }
        let response = try await FileView { file }.response(to: .get(headerFields: [.range: "bytes=5-6"]))
        #expect(response.status == .internalServerError)
        let mismatch = try #require(response.notes.first as? ContentLengthMismatch)
        #expect(mismatch.declared == 10 && mismatch.written == 2)
    }

    static let shortContents: [(length: Int, range: String, seeking: Seeking, description: String)] = [
        (2, "bytes=5-6", .repeats, "2 bytes"), (2, "bytes=5-6", .seeks, "at most 5 bytes"),
        (5, "bytes=5-6", .seeks, "at most 5 bytes"), (6, "bytes=5-6", .seeks, "6 bytes"),
        (1, "bytes=0-0,5-6", .repeats, "1 byte"), (1, "bytes=0-0,5-6", .seeks, "at most 5 bytes"),
        (6, "bytes=0-0,5-6", .seeks, "6 bytes"), (0, "bytes=0-1", .seeks, "0 bytes"),
    ]

    @Test("The log does not count bytes that a content was never asked for", arguments: shortContents)
    func countsShortContent(row: (length: Int, range: String, seeking: Seeking, description: String)) async throws {
        let file = row.seeking.file.with { $0.bytes.removeLast(10 - row.length) }
        let response = try await FileView { file }.response(to: .get(headerFields: [.range: row.range]))
        let mismatch = try #require((response.failure ?? response.notes.first) as? ContentLengthMismatch)
        #expect(mismatch.description == "the content has \(row.description), but its size was declared as 10")
    }
}
