import DownloadCore
import DownloadTesting
import DownloadZstandard
import HTTPTypes
import Testing

@testable import DownloadCompression

/// Rows of a table, which compress well.
struct RowsView: VirtualDownloadView {
    var count = 2000
    var name = "rows.csv"
    var size: Int64?
    var tag: EntityTag? = EntityTag("rows")
    var date: HTTPDate?
    var change: @Sendable (inout VirtualFile<ContentWriter>) -> Void = { _ in }

    static func rows(_ count: Int) -> String {
        (0..<count).map { "\($0),2026-01-01,customer \($0 % 7)\r\n" }.joined()
    }

    func file(for request: DownloadRequest) -> VirtualFile<ContentWriter> {
        var file = VirtualFile(name: name, size: size, repeatable: true) { [count] sink in
            for number in 0..<count { try await sink.write("\(number),2026-01-01,customer \(number % 7)\r\n") }
        }
        file.entityTag = tag
        file.modificationDate = date
        change(&file)
        return file
    }
}

private func accepting(_ codings: String, _ fields: HTTPFields = [:]) -> DownloadRequest {
    var fields = fields
    fields[.acceptEncoding] = codings
    return .get("/rows.csv", headerFields: fields)
}

@Suite struct CompressedViewTests {
    @Test("A text is compressed for a client that accepts it", arguments: ["gzip", "zstd"])
    func compresses(coding: String) async throws {
        let view = RowsView(size: Int64(RowsView.rows(2000).utf8.count)).compressed(by: [.zstd, .gzip])
        let response = try await view.response(to: accepting(coding))
        #expect(response.status == .ok)
        #expect(response.headerFields[.contentEncoding] == coding)
        #expect(response.headerFields[.contentLength] == nil)
        #expect(response.headerFields[.acceptRanges] == "none")
        #expect(response.headerFields[.vary] == "Accept-Encoding")
        #expect(response.headerFields[.eTag] == "W/\"rows-\(coding)\"")
        #expect(response.headerFields[.contentType] == "text/csv; charset=utf-8")
        #expect(response.headerFields[.contentDisposition]?.contains("rows.csv") == true)
        #expect(response.isFinished)
        #expect(response.body.count < 20_000)
        let (bytes, isWhole) = try await unpacked(response.body, by: coding)
        #expect(isWhole)
        #expect(String(decoding: bytes, as: UTF8.self) == RowsView.rows(2000))
    }

    @Test(
        "Of several codings the client's preference counts, then the order in which they are offered",
        arguments: [
            ("gzip, deflate, br, zstd", "zstd"), ("gzip;q=1, zstd;q=0.5", "gzip"), ("*", "zstd"),
            ("zstd;q=0, *", "gzip"), ("X-GZIP", "gzip"), ("gzip;q=0.5, identity", nil), ("gzip;q=0", nil), ("", nil),
            ("br", nil), ("identity", nil), ("gzip;q=0.001", "gzip"), ("*;q=0, gzip", "gzip"),
        ] as [(String, String?)]
    )
    func chooses(accepted: String, coding: String?) async throws {
        let response = try await RowsView().compressed(by: [.zstd, .gzip]).response(to: accepting(accepted))
        #expect(response.status == .ok)
        #expect(response.headerFields[.contentEncoding] == coding)
        #expect(response.headerFields[.vary] == "Accept-Encoding")
    }

    @Test("A client that says nothing is sent the content as it is, with ranges")
    func says() async throws {
        let size = Int64(RowsView.rows(2000).utf8.count)
        let response = try await RowsView(size: size).compressed().response(to: .get("/"))
        #expect(response.headerFields[.contentEncoding] == nil)
        #expect(response.headerFields[.contentLength] == String(size))
        #expect(response.headerFields[.acceptRanges] == "bytes")
        #expect(response.headerFields[.eTag] == "\"rows\"")
        #expect(response.headerFields[.vary] == "Accept-Encoding")
    }

    private static let plain: [(String, RowsView)] = [
        ("a type that is compressed already", RowsView(name: "rows.zip")),
        ("a picture", RowsView(name: "rows.png")),
        ("an unknown type", RowsView(name: "rows")),
        ("a text by its name that is none by its type", RowsView { $0.contentType = "application/pdf" }),
        ("what is small", RowsView(count: 10, size: Int64(RowsView.rows(10).utf8.count))),
        ("what has a coding", RowsView { $0.encoding = "br" }),
        ("what has a coding by its fields", RowsView { $0.headerFields = [.contentEncoding: "br"] }),
        ("what has a tag by its fields", RowsView { $0.headerFields = [.eTag: "\"x\""] }),
        ("what has a digest", RowsView { $0.digest = ContentDigest(.sha256, bytes: Array(repeating: 1, count: 32)) }),
    ]

    @Test("What does not gain by it, or is said to have other bytes, is sent as it is", arguments: plain.indices)
    func leaves(index: Int) async throws {
        let (reason, view) = Self.plain[index]
        let response = try await view.compressed().response(to: accepting("gzip"))
        #expect(response.headerFields[.contentEncoding] != "gzip", "\(reason)")
        #expect(response.headerFields[.vary] == "Accept-Encoding", "\(reason)")
        #expect(response.text == RowsView.rows(view.count), "\(reason)")
    }

    @Test("A file that says that it has no coding is compressed", arguments: ["", "identity", "Identity"])
    func takesIdentity(encoding: String) async throws {
        let response = try await RowsView { $0.encoding = encoding }.compressed().response(to: accepting("gzip"))
        #expect(response.headerFields[.contentEncoding] == "gzip")
    }

    @Test(
        "Texts are told by the media type",
        arguments: [
            ("text/html", true), ("Application/JSON; charset=x", true), ("application/vnd.api+json", true),
            ("image/svg+xml", true), ("application/x-ndjson", true), ("application/zip", false), ("image/png", false),
            ("application/octet-stream", false), ("application/vnd.ms-excel", false), ("", false),
        ]
    )
    func tells(type: String, isText: Bool) {
        #expect(CompressibleType.contains(type) == isText)
    }

    @Test("What is asked for by range is sent as it is, and If-Range by the compressed one's tag sends all of it")
    func ranges() async throws {
        let size = Int64(RowsView.rows(2000).utf8.count)
        let date = HTTPDate(secondsSince1970: 1_700_000_000)
        let view = RowsView(size: size, date: date).compressed()
        let part = try await view.response(to: accepting("gzip", [.range: "bytes=5-14"]))
        #expect(part.status == .partialContent)
        #expect(part.headerFields[.contentEncoding] == nil)
        #expect(part.headerFields[.vary] == "Accept-Encoding")
        #expect(part.text == String(RowsView.rows(2).utf8.dropFirst(5).prefix(10)))
        for validator in ["W/\"rows-gzip\"", "\"rows-gzip\""] {
            let whole = try await view.response(to: accepting("gzip", [.range: "bytes=5-14", .ifRange: validator]))
            #expect(whole.status == .ok)
            #expect(whole.contentBytes == size)
        }
        // By a date it could be: so what is compressed does not say one.
        let compressed = try await view.response(to: accepting("gzip"))
        #expect(compressed.headerFields[.lastModified] == nil)
        #expect(part.headerFields[.lastModified] == date.description)
    }

    @Test("A client that has what is compressed is told so, by the tag or by the view's own answer")
    func revalidates() async throws {
        let view = RowsView(date: HTTPDate(secondsSince1970: 1_700_000_000)).compressed()
        for tag in ["W/\"rows-gzip\"", "\"rows-gzip\"", "*"] {
            let response = try await view.response(to: accepting("gzip", [.ifNoneMatch: tag]))
            #expect(response.status == .notModified)
            #expect(response.headerFields[.eTag] == "W/\"rows-gzip\"")
            #expect(response.headerFields[.vary] == "Accept-Encoding")
            #expect(response.headerFields[.contentEncoding] == nil)
        }
        let other = try await view.response(to: accepting("gzip", [.ifNoneMatch: "\"rows\""]))
        #expect(other.status == .ok)
        let since = try await view.response(
            to: accepting("gzip", [.ifModifiedSince: "Tue, 14 Nov 2023 22:13:20 GMT"])
        )
        #expect(since.status == .notModified)
        let asked = try await RowsView(tag: nil) { $0 = $0.answeringModified { _ in false } }.compressed()
            .response(to: accepting("gzip", [.ifModifiedSince: "x"]))
        #expect(asked.status == .notModified)
    }

    @Test("HEAD has the fields of GET", arguments: ["gzip", "identity", "*;q=0"])
    func head(accepted: String) async throws {
        let fields: HTTPFields = [.acceptEncoding: accepted]
        let get = try await RowsView().compressed().response(to: .get("/", headerFields: fields))
        let head = try await RowsView().compressed().response(to: .head("/", headerFields: fields))
        #expect(head.status == get.status)
        #expect(head.headerFields == get.headerFields)
        #expect(head.body.isEmpty && !head.ranGenerator)
    }

    @Test("A client that refuses the content as it is gets it compressed whatever it is, or 406")
    func refuses() async throws {
        let small = RowsView(count: 1, name: "a.bin").compressed()
        let response = try await small.response(to: accepting("gzip, identity;q=0", [.range: "bytes=0-1"]))
        #expect(response.status == .ok)
        #expect(try await unpacked(response.body).bytes == Array(RowsView.rows(1).utf8))
        for accepted in ["identity;q=0", "br, *;q=0"] {
            let refused = try await small.response(to: accepting(accepted))
            #expect(refused.status == .notAcceptable)
            #expect(refused.headerFields[values: .vary].joined(separator: ", ").contains("Accept-Encoding"))
        }
    }

    @Test("A 404 varies, too, and so does a 412")
    func errors() async throws {
        let missing = try await MissingView().compressed().response(to: accepting("gzip"))
        #expect(missing.status == .notFound)
        #expect(missing.headerFields[values: .vary].contains("Accept-Encoding"))
        let failed = try await RowsView().compressed().response(to: accepting("gzip", [.ifMatch: "\"x\""]))
        #expect(failed.status == .preconditionFailed)
        #expect(failed.headerFields[values: .vary].contains("Accept-Encoding"))
    }

    @Test("What a hook puts in the place of the file is not said to be compressed")
    func hooks() async throws {
        let response = try await ReplacingView().compressed().response(to: accepting("gzip"))
        #expect(response.text == "instead")
        #expect(response.headerFields[.contentEncoding] == nil)
    }

    @Test("Where there are as many compressors as there may be, the content is sent as it is")
    func bounds() async throws {
        let budget = CompressorBudget(maximum: 1)
        let view = CompressedView(base: RowsView(), codings: [.gzip], minimumSize: 0, budget: budget)
        #expect(try await view.response(to: accepting("gzip")).headerFields[.contentEncoding] == "gzip")
        let share = CompressorBudget.Share(of: budget)
        #expect(try await view.response(to: accepting("gzip")).headerFields[.contentEncoding] == nil)
        _ = consume share
        #expect(try await view.response(to: accepting("gzip")).headerFields[.contentEncoding] == "gzip")
    }

    @Test("Views of which only the protocol is known can be compressed")
    func erases() async throws {
        let views: [any VirtualDownloadView] = [RowsView(), MissingView()]
        let compressed: [any VirtualDownloadView] = views.map { $0.compressed() }
        let statuses = try await [compressed[0].response(to: accepting("gzip")), compressed[1].response(to: .get())]
            .map(\.status)
        #expect(statuses == [.ok, .notFound])
    }
}

private struct MissingView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile { throw FileNotFound() }
}

private struct ReplacingView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> VirtualFile<ContentWriter> { RowsView().file(for: request) }

    func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var response = response
        response.content = .text("instead")
        return response
    }
}
