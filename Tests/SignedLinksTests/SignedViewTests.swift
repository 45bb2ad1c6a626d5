import DownloadCore
import DownloadTesting
import HTTPTypes
import SignedLinks
import Synchronization
import Testing
import VirtualDownloads

@Suite struct SignedViewTests {
    private static func signer() throws -> LinkSigner {
        try LinkSigner(keys: [.first], now: { HTTPDate(secondsSince1970: 1000) })
    }

    @Test("Views of any type can be signed: all of a group")
    func signsGroup() async throws {
        let signer = try Self.signer()
        let routes = Routes { Route("/report", ReportView()) }.mapViews { $0.signed(by: signer) }
        let router = try Router(routes)
        #expect(try await router.response(to: .get("/report")).status == .forbidden)
        let link = try signer.link(to: "/report?year=2026", validFor: .seconds(60))
        #expect(try await router.response(to: .get(link)).status == .ok)
    }

    @Test("With a link, a signed view is a download like any other")
    func downloads() async throws {
        let signer = try Self.signer()
        let view = ReportView().signed(by: signer)
        let link = try signer.link(to: "/report?year=2026", validFor: .seconds(60))
        try await expectDownload(
            from: view,
            for: .get(link),
            content: "2026\n",
            basename: "report.txt",
            mimeType: "text/x-report",
            attachment: false,
            size: 5
        )
    }

    @Test(
        "The name of the link is the one the file is saved under, and the media type stays",
        arguments: [
            "orders-2026.csv", "日本 \"1\".txt", "a/b\r\nX-Evil: 1", "resumé.pdf  ", "\u{206a}a\u{e0061}.txt",
        ]
    )
    func suggestsName(name: String) async throws {
        let signer = try Self.signer()
        let link = try signer.link(to: "/report?year=2026", name: name, validFor: .seconds(60))
        let view = ReportView().signed(by: signer)
        try await expectDownload(from: view, for: .get(link), content: "2026\n", mimeType: "text/x-report")
        let response = try await view.response(to: .get(link))
        let disposition = ContentDisposition(.inline, filename: name).description
        #expect(response.headerFields[.contentDisposition] == disposition)
        let part = try await view.response(to: .get(link, headerFields: [.range: "bytes=0-1"]))
        #expect(part.status == .partialContent)
        #expect(part.text == "20")
        #expect(part.headerFields[.contentDisposition] == disposition)
    }

    @Test(
        "Without a good link the answer is 403 with the reason's code, and the view is not asked",
        arguments: [
            ("/report", "signature-missing"), ("/report?link-signature=00", "signature-malformed"),
            ("/report?link-signature=00&link-expires=2000&link-key=k", "signature-key-unknown"),
            ("/report?link-signature=00&link-expires=2000&link-key=first", "signature-invalid"),
            ("EXPIRED", "signature-expired"),
        ]
    )
    func refuses(target: String, code: String) async throws {
        let signer = try Self.signer()
        let base = ReportView()
        let view = base.signed(by: signer)
        let expired = try signer.link(to: "/report", name: "n", expires: HTTPDate(secondsSince1970: 1000))
        let target = target == "EXPIRED" ? expired : target
        let json = HTTPFields([HTTPField(name: .accept, value: "application/problem+json")])
        let response = try await view.response(to: .get(target, headerFields: json))
        #expect(response.status == .forbidden)
        #expect(response.headerFields[.contentType] == "application/problem+json")
        #expect(response.text.contains("\"status\":403,\"detail\":\"\(code)\"}"))
        #expect(response.headerFields[.contentDisposition] == nil)
        let text = try await view.response(to: .get(target))
        #expect(text.text == "403 Forbidden: \(code)\n")
        let head = try await view.response(to: .head(target, headerFields: [.ifNoneMatch: "*"]))
        #expect(head.status == .forbidden)
        #expect(head.body.isEmpty)
        #expect(base.calls.load() == 0)
    }

    @Test("Options and hooks are those of the view")
    func forwards() async throws {
        let signer = try Self.signer()
        let view = ReportView().signed(by: signer)
        let link = try signer.link(to: "/report?year=2026", validFor: .seconds(60))
        let response = try await view.response(to: .get(link))
        #expect(response.headerFields[.contentType] == "text/x-report; charset=us-ascii")
        #expect(response.headerFields[.cacheControl] == "no-store")
        #expect(response.headerFields[.expires] == HTTPDate(secondsSince1970: 0).description)
        #expect(response.headerFields[.vary] == "Cookie")
        #expect(response.headerFields[.contentEncoding] == "x-plain")
        #expect(response.headerFields[hook] == "download")
        let notModified = try await view.response(to: .get(link, headerFields: [.ifModifiedSince: "never"]))
        #expect(notModified.status == .notModified)
        #expect(notModified.headerFields[hook] == "not modified")
        let none = try signer.link(to: "/report", validFor: .seconds(60))
        let notFound = try await view.response(to: .get(none))
        #expect(notFound.status == .notFound)
        #expect(notFound.headerFields[hook] == "not found")
        #expect(view.methods.optionValue == [.get, .head])
        #expect(view.maximumSkippedBytes.optionValue == 7)
        #expect(try await view.response(to: .make(.options, link)).status == .methodNotAllowed)
        #expect(view.basename.optionValue == "report.txt")
    }

    @Test("A link is good where its view is registered, with mount prefix and parameters")
    func routes() async throws {
        let signer = try Self.signer()
        let routes = Routes { Route("/reports/{name}", ReportView().signed(by: signer)) }
        let router = try Router(routes, mountPrefix: "/downloads")
        let link = try signer.link(
            to: "/downloads/reports/ü\u{fffd} 50%25?year=2026",
            name: "n.txt",
            validFor: .seconds(60)
        )
        let response = try await router.response(to: .get(link))
        expectDownload(response, content: "2026\n", basename: "n.txt")
        for (from, to) in [("50%25", "51%25"), ("/downloads/", "/downloads/other/../"), ("2026", "2027")] {
            let changed = try await router.response(to: .get(link.replacing(from, with: to, maxReplacements: 1)))
            #expect([.forbidden, .badRequest].contains(changed.status))
        }
        let unsigned = try await router.response(to: .get("/downloads/reports/x?year=2026"))
        #expect(unsigned.status == .forbidden)
    }
}

private let hook = HTTPField.Name("X-Hook") ?? .accept

/// How often something was called.
private final class Calls: Sendable {
    private let count = Mutex(0)
    func add() { count.withLock { $0 += 1 } }
    func load() -> Int { count.withLock { $0 } }
}

/// A view that has every option and hook.
private struct ReportView: VirtualDownloadView {
    let calls = Calls()

    func file(for request: DownloadRequest) throws -> ContentFile {
        calls.add()
        guard let year = try request.query["year"] else { throw FileNotFound() }
        var file = ContentFile("\(year)\n", name: "file.txt")
        file.entityTag = EntityTag("of-\(year)")
        return file
    }

    let methods: [HTTPRequest.Method] = [.get, .head]
    let attachment = false
    let basename: String? = "report.txt"
    let mimeType: String? = "text/x-report"
    let encoding: String? = "x-plain"
    let charset: String? = "us-ascii"
    let cacheControl: String? = "no-store"
    let expires: HTTPDate? = HTTPDate(secondsSince1970: 0)
    let vary: [HTTPField.Name] = [.cookie]
    let maximumSkippedBytes: Int64 = 7

    func wasModified(_ file: ContentFile, since value: String) -> Bool { value != "never" }

    func downloadResponse(
        _ response: DownloadResponse,
        for file: ContentFile,
        to request: DownloadRequest
    ) -> DownloadResponse {
        response.with(hook, "download")
    }
    func notModifiedResponse(
        _ response: DownloadResponse,
        for file: ContentFile,
        to request: DownloadRequest
    ) -> DownloadResponse {
        response.with(hook, "not modified")
    }
    func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        response.with(hook, "not found")
    }
}

extension DownloadResponse {
    fileprivate func with(_ name: HTTPField.Name, _ value: String) -> DownloadResponse {
        var copy = self
        copy.headerFields[name] = value
        return copy
    }
}
