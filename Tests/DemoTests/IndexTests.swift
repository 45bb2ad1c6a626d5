import DownloadTesting
import HTTPTypes
import SignedLinks
import Testing
import VirtualDownloads

@testable import DemoViews
@testable import demo

@Suite struct IndexTests {
    private struct Named: VirtualDownloadView {
        func file(for request: DownloadRequest) -> ContentFile { ContentFile("Hello", name: "hello.pdf") }
    }

    private struct Refusing: VirtualDownloadView {
        func file(for request: DownloadRequest) throws -> ContentFile { throw DownloadError(.notFound) }
    }

    /// Fails if its generator runs.
    private struct Costly: VirtualDownloadView {
        func file(for request: DownloadRequest) -> some DownloadFile {
            VirtualFile(name: "costly.bin", size: 5_000_000_000) { _ in Issue.record("the page ran a generator") }
        }
    }

    private static let routes = Routes {
        Route("/virtual/text", TextDownloadView())
        Route("/export/{year}/a.pdf", Named())
        Route("/a & b <i>'s", Named())
        Route("/costly", Costly())
        Route("/refusing", Refusing())
    }

    private func page(at target: String = "/", host: String? = "example.org:8080") async throws -> RecordedResponse {
        var request = DownloadRequest.get(target)
        request.http.authority = host
        return try await IndexView(of: Self.routes).response(to: request)
    }

    @Test("The page is HTML that is shown, not saved, and says nothing for a cache to keep")
    func isShown() async throws {
        let response = try await page()
        #expect(response.status == .ok)
        #expect(response.headerFields[.contentType] == "text/html; charset=utf-8")
        #expect(response.headerFields[.contentDisposition]?.hasPrefix("inline") == true)
        #expect(response.headerFields[.cacheControl] == "no-store")
    }

    @Test("Each route has its link, its type, its size where that is known, and a command to try")
    func entries() async throws {
        let text = try await page().text
        #expect(text.contains("<a href=\"/virtual/text\">/virtual/text</a>"))
        #expect(text.contains("<p>text/plain; charset=utf-8 · 13 bytes</p>"))
        #expect(text.contains("curl -OJ &#39;https://example.org:8080/virtual/text&#39;"))
        #expect(text.contains("<p>application/octet-stream · 5000000000 bytes</p>"))
        #expect(text.contains("<p>Answers 404.</p>"))
    }

    @Test("A route with a parameter has no link, since nobody knows its value")
    func parameters() async throws {
        let text = try await page().text
        #expect(text.contains("<strong>/export/{year}/a.pdf</strong>"))
        #expect(!text.contains("href=\"/export"))
    }

    @Test(
        "What a route or a client may contain is escaped, for the page and for the shell",
        arguments: [
            "example.org'; rm -rf ~; '", "<script>alert(1)</script>", "\"><b>", "example.org/x", "", nil,
        ]
    )
    func escapes(host: String?) async throws {
        let text = try await page(host: host).text
        #expect(text.contains("<a href=\"/a%20&amp;%20b%20%3ci%3e%27s\">"))
        #expect(text.contains("curl -OJ &#39;https://localhost/virtual/text&#39;"))
        for forbidden in ["<script", "<b>", "<i>", "rm -rf"] { #expect(!text.contains(forbidden)) }
    }

    @Test(
        "Below a mount prefix the links have it, with a slash behind it or without",
        arguments: ["/downloads", "/downloads/", "/downloads/?a=b"]
    )
    func mountPrefix(target: String) async throws {
        let text = try await page(at: target).text
        #expect(text.contains("<a href=\"/downloads/virtual/text\">"))
        #expect(text.contains("https://example.org:8080/downloads/virtual/text"))
    }

    @Test("A signed route says that it needs a link")
    func signed() async throws {
        let signer = try LinkSigner(keys: [SigningKey(id: "a", bytes: Array(repeating: 7, count: 32))])
        let routes = DemoRoutes.all(signedBy: signer)
        let index = try #require(routes.first { $0.pattern == "/" })
        #expect(try await index.view.response(to: .get("/")).text.contains("Only with a signed link"))
    }

    @Test("The demo offers nothing of the tests' or the benchmarks'")
    func noTestViews() throws {
        let patterns = try Demo().routes.map(\.pattern)
        #expect(patterns.contains("/") && patterns.contains("/virtual/generated"))
        #expect(patterns.allSatisfy { !$0.hasPrefix("/bench") && !$0.hasPrefix("/test") })
    }
}
