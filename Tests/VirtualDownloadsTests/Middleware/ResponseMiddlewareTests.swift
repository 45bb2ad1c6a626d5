import DownloadTesting
import HTTPTypes
import Testing
import VirtualDownloads

@Suite struct ResponseMiddlewareTests {
    @Test("A header field is put on every response that does not have it")
    func addsFields() async throws {
        let fields = ResponseHeaderFields([.server: "x", .contentType: "y", .setCookie: "a=1", .setCookie: "b=2"])
        for (target, type) in [("/", "text/plain; charset=utf-8"), ("/missing", "text/plain; charset=utf-8")] {
            let response = try await GreetingView().response(to: .get(target), through: [fields])
            #expect(response.headerFields[values: .server] == ["x"])
            #expect(response.headerFields[values: .contentType] == [type])
            #expect(response.headerFields[values: .setCookie] == ["a=1", "b=2"])
        }
        let options = try await GreetingView().response(to: .make(.options), through: [fields])
        #expect(options.headerFields[.server] == "x")
    }

    @Test("A page of the site's own takes the place of an error's text, but not of a program's JSON")
    func replacesErrors() async throws {
        let pages = ErrorPages { status, _ in status == .notFound ? "<h1>Nothing here</h1>" : nil }
        let page = try await GreetingView().response(to: .get("/missing"), through: [pages])
        #expect(page.status == .notFound && page.text == "<h1>Nothing here</h1>")
        #expect(page.headerFields[.contentType] == "text/html; charset=utf-8")
        #expect(page.headerFields[.contentLength] == String(page.body.count))
        let other = try await GreetingView().response(to: .make(.delete), through: [pages])
        #expect(other.text == "405 Method Not Allowed\n")
        let json = try await GreetingView()
            .response(to: .get("/missing", headerFields: [.accept: "application/json"]), through: [pages])
        #expect(json.headerFields[.contentType] == "application/problem+json" && json.text.contains("404"))
        expectDownload(try await GreetingView().response(to: .get(), through: [pages]), content: "nobody")
    }
}
