import DownloadCore
import DownloadTesting
import HTTPTypes
import Synchronization
import Testing

@Suite struct MiddlewareTests {
    static let answers: [(request: DownloadRequest, status: Int)] = [
        (.get(), 200), (.head(), 200), (.get(headerFields: [.range: "bytes=1-2"]), 206),
        (.get(headerFields: [.ifNoneMatch: "*"]), 304), (.make(.delete), 405), (.make(.options), 200),
        (.get(headerFields: [.ifMatch: "\"x\""]), 412), (.get(headerFields: [.range: "bytes=99-"]), 416),
        (.get("/missing"), 404), (.get("/gone"), 410), (.get("/broken"), 500), (.get("/elsewhere"), 302),
        (.get("/late"), 500),
    ]

    @Test("Every answer of a view passes its hook and all middleware, from the inside out", arguments: answers.indices)
    func passesEveryAnswer(index: Int) async throws {
        let (request, status) = Self.answers[index]
        let log = Log()
        let response = try await AnsweringView().response(to: request, through: [Tracing("a", log), Tracing("b", log)])
        #expect(response.status.code == status && response.isFinished)
        #expect(response.headerFields[.server] == "view, b, a")
        #expect(log.entries.first == "a began" && log.entries.dropFirst().first == "b began")
        #expect(
            Array(log.entries.suffix(2)) == ["b ended", "a ended"] && log.entries.count { $0.hasSuffix("ended") } == 2
        )
    }

    @Test(
        "Middleware that answers or throws keeps the view from being asked, and what is around it still sees the answer"
    )
    func answersInPlaceOfView() async throws {
        let log = Log()
        let answering = Answering { DownloadResponse(status: .accepted, content: .text("own")) }
        let own = try await AnsweringView()
            .response(to: .get(), through: [Tracing("a", log), answering, Tracing("b", log)])
        #expect(own.status == .accepted && own.text == "own" && own.headerFields[.server] == "a")
        #expect(log.entries == ["a began", "a ended"])
        let throwing = Answering { throw DownloadError(.paymentRequired, detail: "later") }
        let refused = try await AnsweringView().response(to: .get(), through: [Tracing("a", log), throwing])
        #expect(refused.text == "402 Payment Required: later\n" && refused.headerFields[.server] == "a")
        let broken = try await AnsweringView().response(to: .get(), through: [Answering { throw Unexpected() }])
        #expect(broken.status == .internalServerError && broken.notes.count == 1)
        let elsewhere = Answering { throw DownloadRedirect(to: "/login") }
        #expect(
            try await AnsweringView().response(to: .get(), through: [elsewhere]).headerFields[.location] == "/login"
        )
    }

    @Test("Middleware may change the request for what comes after, and is told of the end with what it left")
    func changesRequest() async throws {
        struct Naming: DownloadMiddleware {
            let user: String
            let log: Log

            func willRespond(to request: inout DownloadRequest) -> DownloadResponse? {
                request.user = (request.user ?? "") + user
                return nil
            }

            func didRespond(to request: DownloadRequest) { log.add(request.user ?? "") }
        }
        struct GreetingView: VirtualDownloadView {
            func file(for request: DownloadRequest) -> ContentFile {
                ContentFile(request.user ?? "nobody", name: "x.txt")
            }
        }
        let log = Log()
        let middleware = [Naming(user: "a", log: log), Naming(user: "b", log: log)]
        #expect(try await GreetingView().response(to: .get(), through: middleware).text == "ab")
        #expect(log.entries == ["ab", "a"])
    }

    @Test("A download that fails, or whose client leaves, has ended for middleware, too")
    func endsFailedDownload() async throws {
        let log = Log()
        let failed = try await AnsweringView().response(to: .get("/cut"), through: [Tracing("a", log)])
        #expect(failed.failure is Unexpected && log.entries.last == "a ended")
    }

    @Test("An error page of the site's own takes the place of every error's text")
    func replacesErrors() async throws {
        struct Page: DownloadMiddleware {
            func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
                guard response.status.code >= 400 else { return response }
                var page = response
                page.headerFields[.contentType] = "text/html; charset=utf-8"
                page.content = .text("<h1>\(response.status.code)</h1>")
                return page
            }
        }
        for (request, status) in Self.answers where status >= 400 {
            let response = try await AnsweringView().response(to: request, through: [Page()])
            #expect(response.status.code == status && response.text == "<h1>\(status)</h1>")
            #expect(response.headerFields[.contentLength] == String(response.body.count) && response.isFinished)
        }
        expectDownload(try await AnsweringView().response(to: .get(), through: [Page()]), content: "0123456789")
    }
}

private final class Log: Sendable {
    private let lines = Mutex<[String]>([])
    var entries: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Notes what it is asked, and adds its name to each response.
private struct Tracing: DownloadMiddleware {
    let name: String
    let log: Log

    init(_ name: String, _ log: Log) { (self.name, self.log) = (name, log) }

    func willRespond(to request: inout DownloadRequest) async throws -> DownloadResponse? {
        log.add("\(name) began")
        return nil
    }

    func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var copy = response
        copy.headerFields[.server] = (response.headerFields[.server].map { "\($0), " } ?? "") + name
        return copy
    }

    func didRespond(to request: DownloadRequest) { log.add("\(name) ended") }
}

private struct Answering: DownloadMiddleware {
    let answer: @Sendable () throws -> DownloadResponse?

    func willRespond(to request: inout DownloadRequest) throws -> DownloadResponse? { try answer() }
}

/// A view whose path says what becomes of the request.
private struct AnsweringView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> AnyDownloadFile {
        switch request.path {
        case "/missing": throw FileNotFound()
        case "/gone": throw DownloadError(.gone)
        case "/broken": throw Unexpected()
        case "/elsewhere": throw DownloadRedirect(to: "/")
        case "/late": return AnyDownloadFile(VirtualFile(name: "x.txt") { _ in throw Unexpected() })
        case "/cut":
            return AnyDownloadFile(
                VirtualFile(name: "x.txt") { sink in
                    try await sink.write("begun")
                    throw Unexpected()
                }
            )
        default: return AnyDownloadFile(StubFile())
        }
    }

    func anyResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var copy = response
        copy.headerFields[.server] = "view"
        return copy
    }
}
