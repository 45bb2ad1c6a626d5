import DownloadCompression
import DownloadSpool
import DownloadTesting
import Foundation
import HTTPTypes
import SignedLinks
import Testing
import VirtualDownloads

@testable import Manual
@testable import hello

/// Runs each sample of the manual that answers requests.
@Suite struct SampleTests {
    @Test("README's program serves its one view")
    func hello() async throws {
        let route = try #require(Array(Site().routes).first)
        #expect(route.pattern == "/hello")
        try await expectDownload(from: Hello(), content: "Hello world!\n", basename: "hello-world.txt", size: 13)
    }

    @Test("Text, bytes and a StringIO are served with their sizes")
    func inMemory() async throws {
        try await expectDownload(from: PixelView(), basename: "pixel.ppm", size: 14)
        try await expectDownload(from: StringIODownloadView(), content: "line 1\nline 2\nline 3\n", size: 21)
    }

    @Test("Options of a view show in the head, and a hook changes it")
    func options() async throws {
        let report = try await ReportView().response(to: .get())
        expectDownload(report, basename: "report.html", mimeType: "text/html", attachment: false)
        #expect(report.headerFields[.cacheControl] == "private, max-age=60")
        let framed = try await FramedView().response(to: .get())
        #expect(framed.headerFields[.contentSecurityPolicy] == "sandbox")
    }

    @Test("Generated content is served by each kind of generator")
    func generated() async throws {
        try await expectDownload(from: GeneratedDownloadView(), content: "Hello 1!\nHello 2!\nHello 3!\n")
        try await expectDownload(from: NumbersView(), for: .get("/?count=3"), content: "0\n1\n2\n")
        try await expectDownload(from: RowsView(), content: "name,price\r\nlamp,19.99\r\n", basename: "rows.csv")
        try await expectDownload(from: ZerosView(), content: [UInt8](repeating: 0, count: 100_000), size: 100_000)
    }

    @Test("A ledger is compressed for who accepts it, by itself and with others")
    func compression() async throws {
        for routes in [Ledgers().routes, CompressedLedgers().routes] {
            let view = try #require(Array(routes).first).view
            let response = try await view.response(to: .get("/ledger.csv", headerFields: [.acceptEncoding: "gzip"]))
            #expect(response.headerFields[.contentEncoding] == "gzip")
            #expect(response.isFinished && response.body.count < 600_000)
            let plain = try await view.response(to: .get("/ledger.csv"))
            #expect(plain.headerFields[.contentEncoding] == nil && plain.body.count > 1_700_000)
        }
    }

    @Test("What is compressed and spooled is generated once for each coding, and each client gets its own")
    func compressedAndSpooled() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "manual-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let view = LedgerView().compressed().spooled(in: try Spool(folder))
        let compressed = DownloadRequest.get("/ledger.csv", headerFields: [.acceptEncoding: "gzip"])
        let first = try await view.response(to: compressed)
        let plain = try await view.response(to: .get("/ledger.csv"))
        let again = try await view.response(to: compressed)
        #expect(first.headerFields[.contentEncoding] == "gzip" && again.headerFields[.contentEncoding] == "gzip")
        #expect(first.body == again.body && first.body.starts(with: [0x1f, 0x8b]))
        #expect(again.headerFields[.contentLength] == String(first.body.count))
        #expect(again.headerFields[.acceptRanges] == "bytes" && again.headerFields[.eTag]?.hasPrefix("W/") == false)
        #expect(plain.headerFields[.contentEncoding] == nil && plain.text.hasPrefix("1,paid,19.99\r\n"))
        #expect(plain.headerFields[.eTag] != again.headerFields[.eTag])
    }

    @Test("Files on disk, and what is generated once")
    func spooling() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "manual-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "a report\n".write(toFile: folder + "/a.txt", atomically: true, encoding: .utf8)
        // Of a file that has changed a moment ago the tag is weak, and strong a moment later.
        let date = Date(timeIntervalSince1970: 1_700_000_000)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder + "/a.txt")
        let request = DownloadRequest.get(parameters: ["name": "a.txt"])
        try await expectDownload(
            from: ReportFileView(reports: FileRoot(folder)),
            for: request,
            content: "a report\n",
            basename: "a.txt"
        )
        let view = YearView(version: 1).spooled(in: try Spool(folder + "/spool"))
        let year = DownloadRequest.get("/years/2024", parameters: ["year": "2024"])
        let first = try await view.response(to: year)
        #expect(first.body.starts(with: Array("2024,1\r\n".utf8)))
        #expect(try await view.response(to: year).body == first.body)
        #expect(Array(Yearbook().routes).first?.pattern == "/years/{year}")
        #expect(Array(Documents().routes).map(\.pattern) == ["/documents/{path*}", "/terms"])
        try await expectDownload(
            from: AccountsView().prepared(in: try Spool(folder + "/prepared")),
            for: .get("/accounts"),
            content: (1...12).map { "\($0),\($0 * 1000)\r\n" }.joined()
        )
        try await expectDownload(from: SummaryView(database: 1), for: .get("/?months=1"), content: "month 1\n")
    }

    @Test("Archives of files on disk: of a whole folder, and of those that are asked for")
    func archivesOfFiles() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "manual-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder + "/2026", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "a report\n".write(toFile: folder + "/a.txt", atomically: true, encoding: .utf8)
        try "a plan\n".write(toFile: folder + "/2026/plan.txt", atomically: true, encoding: .utf8)
        let whole = try await DocumentsArchiveView(documents: FileRoot(folder)).response(to: .get("/documents.zip"))
        expectDownload(whole, basename: "documents.zip", mimeType: "application/zip")
        #expect(whole.text.contains("2026/plan.txt") && whole.text.contains("a.txt"))
        let view = ChosenDocumentsView(documents: FileRoot(folder))
        let chosen = try await view.response(to: .get("/chosen.zip?name=2026/plan.txt"))
        #expect(chosen.isFinished && chosen.text.contains("plan.txt") && !chosen.text.contains("a.txt"))
        #expect(try await view.response(to: .get("/chosen.zip?name=../secret")).status == .notFound)
        let awaited = NamedDocumentsView(documents: FileRoot(folder))
        #expect(try await awaited.response(to: .get("/named.zip?name=2026/plan.txt")).body == chosen.body)
    }

    @Test("Functions are views, with parameters, forms, cookies and languages")
    func routing() async throws {
        let greetings = try Router(Greetings().routes)
        #expect(try await greetings.response(to: .get("/greetings/Anna.txt")).text == "Hello Anna!\n")
        #expect(try await greetings.response(to: .get("/squares/3")).text == "0,0\r\n1,1\r\n2,4\r\n")
        #expect(try await greetings.response(to: .get("/squares/x")).status == .notFound)
        func select(_ form: String) async throws -> RecordedResponse {
            let fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
            var request = DownloadRequest.get("/selection.csv", headerFields: fields)
            request.http.method = .post
            request.body = Array(form.utf8)
            return try await Router(Selection().routes).response(to: request)
        }
        #expect(try await select("column=id&column=name").text == "id,name\r\n")
        #expect(try await select("").status == .badRequest)
        let fields: HTTPFields = [.acceptLanguage: "de-CH, en;q=0.5", .cookie: "currency=CHF"]
        let german = DownloadRequest.get("/?page=2", headerFields: fields)
        try await expectDownload(from: CatalogueInLanguagesView(), for: german, content: "de CHF 2\n")
    }

    @Test("What another program writes, and what another service answers, is passed on")
    func passedOn() async throws {
        #expect(Array(Dumps().routes).first?.pattern == "/dumps/{table}.sql")
        try await expectDownload(from: LabelView(), for: .get("/?name=Anna"), content: "A label to Anna\n")
        let mirror = try Router(Mirror().routes)
        let document = try await mirror.response(to: .get("/documents/42.pdf"))
        expectDownload(document, content: "42", basename: "42.pdf", mimeType: "application/pdf", size: 2)
        let missing = try await mirror.response(to: .get("/documents/100.pdf"))
        #expect(missing.status == .badGateway)
        let summary = SummaryAsDataView(summary: Data("{}".utf8), changed: Date(timeIntervalSince1970: 1))
        let response = try await summary.response(to: .get())
        #expect(response.text == "{}" && response.headerFields[.lastModified] == "Thu, 01 Jan 1970 00:00:01 GMT")
    }

    @Test("A client that has the file is answered 304, by its tag, its file or its view")
    func unchanged() async throws {
        let tag = try #require(try await PricesView(version: 1).response(to: .get()).headerFields[.eTag])
        let known = DownloadRequest.get(headerFields: [.ifNoneMatch: tag])
        #expect(try await PricesView(version: 1).response(to: known).status == .notModified)
        #expect(try await PricesView(version: 2).response(to: known).status == .ok)
        let since = { (date: String) in DownloadRequest.get(headerFields: [.ifModifiedSince: date]) }
        let before = since("Tue, 14 Nov 2023 22:13:19 GMT")
        let after = since("Tue, 14 Nov 2023 22:13:20 GMT")
        #expect(try await NewsView().response(to: before).status == .ok)
        #expect(try await NewsView().response(to: after).status == .notModified)
        #expect(try await ArchiveView().response(to: before).status == .notModified)
        #expect(try await ArchiveView().response(to: .get()).status == .ok)
    }

    @Test("A file with size, tag and repeatable content is resumed")
    func resumes() async throws {
        let last = DownloadRequest.get(headerFields: [.range: "bytes=-7"])
        let response = try await NumbersFileView().response(to: last)
        #expect(response.status == .partialContent && response.text == "199999\n")
    }

    @Test("Each error has its answer")
    func errors() async throws {
        func invoice(_ number: String, user: String? = "anna") async throws -> RecordedResponse {
            var request = DownloadRequest.get("/invoices/\(number)", user: user)
            request.parameters["number"] = number
            return try await InvoiceView().response(to: request)
        }
        #expect(try await invoice("1").status == .ok)
        let gone = try await invoice("2")
        #expect(gone.status == .gone && gone.text.contains("It is no longer kept.") && !gone.text.contains("deleted"))
        #expect(try await invoice("3").headerFields[.retryAfter] == "60")
        #expect(try await invoice("4").status == .notFound)
        let redirect = try await invoice("1", user: nil)
        #expect(redirect.status == .found && redirect.headerFields[.location] == "/login?next=/invoices")
        let broken = try await BrokenView().response(to: .get())
        #expect(broken.failure is BrokenView.UpstreamFailed && !broken.isFinished)
    }

    @Test("A signed link opens what is refused without it")
    func signedLinks() async throws {
        let signer = try LinkSigner(keys: [SigningKey(id: "a", bytes: Array(repeating: 7, count: 32))])
        let invitation = try await InvitationView(links: signer).response(to: .get())
        let target = try #require(invitation.text.split(separator: "example.org").last).dropLast()
        let view = AccountView().signed(by: signer)
        #expect(try await view.response(to: .get(String(target), user: "anna")).status == .ok)
        #expect(try await view.response(to: .get("/signed/account", user: "anna")).status == .forbidden)
    }
}
