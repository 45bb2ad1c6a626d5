import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct DownloadErrorTests {
    static let errors: [(DownloadError, Int, String)] = [
        (DownloadError(.badRequest), 400, "Bad Request"),
        (DownloadError(.paymentRequired), 402, "Payment Required"),
        (DownloadError(402), 402, "Payment Required"),
        (DownloadError(.forbidden), 403, "Forbidden"),
        (DownloadError(404), 404, "Not Found"),
        (.methodNotAllowed(allow: [.get]), 405, "Method Not Allowed"),
        (DownloadError(.notAcceptable), 406, "Not Acceptable"),
        (DownloadError(.conflict), 409, "Conflict"),
        (DownloadError(.gone), 410, "Gone"),
        (DownloadError(.preconditionFailed), 412, "Precondition Failed"),
        (DownloadError(.contentTooLarge), 413, "Content Too Large"),
        (DownloadError(.rangeNotSatisfiable), 416, "Range Not Satisfiable"),
        (DownloadError(.locked), 423, "Locked"),
        (DownloadError(.tooManyRequests), 429, "Too Many Requests"),
        (DownloadError(451), 451, "Unavailable For Legal Reasons"),
        (DownloadError(.internalServerError), 500, "Internal Server Error"),
        (DownloadError(.badGateway), 502, "Bad Gateway"),
        (DownloadError(.serviceUnavailable), 503, "Service Unavailable"),
        (DownloadError(504), 504, "Gateway Timeout"),
        (DownloadError(.insufficientStorage), 507, "Insufficient Storage"),
        (DownloadError(HTTPResponse.Status(code: 499, reasonPhrase: "Left")), 499, "Left"),
        (DownloadError(.requestTimeout), 408, "Request Timeout"),
        (DownloadError(.uriTooLong), 414, "URI Too Long"),
        (DownloadError(.unsupportedMediaType), 415, "Unsupported Media Type"),
        (DownloadError(.unprocessableContent), 422, "Unprocessable Content"),
        (DownloadError(.notImplemented), 501, "Not Implemented"),
    ]

    @Test("An error that a view throws is answered by its status and no internal text", arguments: errors)
    func answersError(error: DownloadError, code: Int, title: String) async throws {
        let thrown = DownloadError(error.status, reason: "secret", headerFields: error.headerFields)
        let view = FileView<ContentFile> { throw thrown }
        let text = try await view.response(to: .get())
        #expect(text.status.code == code)
        #expect(text.text == "\(code) \(title)\n")
        #expect(text.headerFields[.contentType] == "text/plain; charset=utf-8")
        #expect(text.headerFields[.xContentTypeOptions] == "nosniff")
        #expect(text.headerFields[.contentLength] == String(text.body.count))
        #expect(text.notes as? [DownloadError] == [thrown])
        let json = try await view.response(to: .get(headerFields: [.accept: "application/json"]))
        #expect(json.status.code == code)
        #expect(json.headerFields[.contentType] == "application/problem+json")
        #expect(json.text == #"{"type":"about:blank","title":"\#(title)","status":\#(code)}"# + "\n")
        let head = try await view.response(to: .head())
        #expect(head.body.isEmpty && head.headerFields[.contentLength] == text.headerFields[.contentLength])
        #expect(thrown.description.contains("secret"))
        #expect(error.description == "\(code) \(title)")
    }

    static let accepts: [(String, Bool)] = [
        ("", false), ("*/*", false), ("text/html,application/xhtml+xml,*/*;q=0.8", false),
        ("application/json", true), ("application/problem+json", true), ("application/*", true),
        ("application/json;q=0.5, text/plain;q=0.9", false), ("application/json, text/*;q=0.2", true),
        ("APPLICATION/JSON", true), ("application/json;q=0", false), ("application/json;q=nonsense", false),
        ("image/png", false), ("application/json;q=1.000;x=y, */*;q=0.1", true), ("*/*;q=0.5, text/plain;q=0", true),
    ]

    @Test("A reason phrase of one's own does not break out of the JSON")
    func escapesTitle() {
        let error = DownloadError(HTTPResponse.Status(code: 499, reasonPhrase: #"say "please""#))
        let response = error.response(to: .get(headerFields: [.accept: "application/json"]))
        let expected = #"{"type":"about:blank","title":"say \"please\"","status":499}"# + "\n"
        #expect(response.content == .text(expected))
    }

    @Test("The form of the answer follows Accept", arguments: accepts)
    func negotiates(accept: String, isJSON: Bool) {
        let response = DownloadError(.notFound).response(to: .get(headerFields: [.accept: accept]))
        #expect((response.headerFields[.contentType] == "application/problem+json") == isJSON)
    }

    @Test("Retry-After and Allow are sent")
    func sendsFields() {
        #expect(DownloadError.tooManyRequests(retryAfter: 30).headerFields[.retryAfter] == "30")
        #expect(DownloadError.tooManyRequests(retryAfter: -1).headerFields[.retryAfter] == "0")
        #expect(DownloadError.serviceUnavailable(retryAfter: -1).headerFields[.retryAfter] == "0")
        #expect(DownloadError.methodNotAllowed(allow: [.get, .head]).headerFields[.allow] == "GET, HEAD")
    }

    @Test("A 401 says how to authenticate, on one line")
    func challenges() async throws {
        let view = FileView<ContentFile> { throw DownloadError.unauthorized(challenge: "Basic realm=\"Übersicht\"") }
        for response in [try await view.response(to: .get()), try await view.response(to: .head())] {
            #expect(response.status == .unauthorized && response.isFinished && response.notes.isEmpty)
            #expect(response.headerFields[.wwwAuthenticate] == "Basic realm=\"Übersicht\"")
            #expect(response.headerFields[.contentDisposition] == nil)
            #expect(response.text == (response.method == .head ? "" : "401 Unauthorized\n"))
        }
        let split = DownloadError.unauthorized(challenge: "Basic\r\nSet-Cookie: a=b")
        #expect(split.headerFields[.wwwAuthenticate] == "BasicSet-Cookie: a=b")
    }

    @Test(
        "What is not an error's status, or a 401 without a challenge, is answered 500, and the log says why",
        arguments: [200, 304, 302, 100, 999, 401] as [HTTPResponse.Status]
    )
    func refusesOtherStatuses(status: HTTPResponse.Status) async throws {
        let response = try await FileView<ContentFile> { throw DownloadError(status) }.response(to: .get())
        #expect(response.status == .internalServerError && response.text == "500 Internal Server Error\n")
        let note = try #require(response.notes.first.map { "\($0)" })
        #expect(note.contains("\(status.code)") && note.contains(status == 401 ? "challenge" : "400 to 599"))
        #expect(!DownloadError.isRefusal(DownloadError(status)))
    }

    @Test("An error of an upstream's is told from one of the view's own")
    func namesUpstream() async throws {
        let error = DownloadError.upstream("orders database", .gatewayTimeout, reason: "no answer after 5 s")
        #expect(error.description == "504 Gateway Timeout from orders database: no answer after 5 s")
        #expect(error.upstream == "orders database" && DownloadError(.badGateway).upstream == nil)
        let response = try await FileView<ContentFile> { throw error }.response(to: .get())
        #expect(response.text == "504 Gateway Timeout\n" && response.notes as? [DownloadError] == [error])
        #expect(DownloadError.upstream("x").status == .badGateway)
    }

    @Test("A view that refuses a method itself still says which it has")
    func completesAllow() async throws {
        var view = FileView<ContentFile> { throw DownloadError(.methodNotAllowed, reason: "secret") }
        view.methods = [.get, .head, .post]
        let response = try await view.response(to: .make(.post))
        #expect(response.status == .methodNotAllowed)
        #expect(response.headerFields[.allow] == "GET, HEAD")
        let own = FileView<ContentFile> { throw DownloadError.methodNotAllowed(allow: [.put]) }
        #expect(try await own.response(to: .get()).headerFields[.allow] == "PUT")
    }

    @Test(
        "Whatever a view or its file throws, no word of it reaches the client",
        arguments: ["", "application/json", "application/problem+json", "*/*"]
    )
    func hidesText(accept: String) async throws {
        struct Secret: Error, CustomStringConvertible {
            var description: String { "password" }
        }
        let errors: [any Error] = [
            Secret(), FileNotFound("password"), DownloadError(.internalServerError, reason: "password"),
            DownloadError(.serviceUnavailable, reason: "password"), DownloadError(.badRequest, reason: "password"),
        ]
        for error in errors {
            let atOnce = FileView<ContentFile> { throw error }
            let inContent = FileView { VirtualFile(name: "password.txt") { _ in throw error } }
            let request = DownloadRequest.get(headerFields: [.accept: accept])
            for response in [try await atOnce.response(to: request), try await inContent.response(to: request)] {
                #expect(response.status.code >= 400 && response.isFinished)
                #expect(!response.text.contains("password") && !"\(response.headerFields)".contains("password"))
                #expect(response.headerFields[.contentLength] == String(response.body.count))
                #expect(response.headerFields[.vary] == "Accept")
            }
        }
    }

    @Test("A detail is told to the client, with what JSON wants escaped")
    func tellsDetail() {
        let error = DownloadError(.forbidden, detail: "a \"b\" \\ \n\u{1f} é")
        let json = error.response(to: .get(headerFields: [.accept: "application/json"]))
        let expected = #"{"type":"about:blank","title":"Forbidden","status":403,"detail":"a \"b\" \\ \u000a\u001f é"}"#
        #expect(json.content == .bytes(Array((expected + "\n").utf8)))
        #expect(
            DownloadError(.gone, detail: "sold").response(to: .get()).content == .bytes(Array("410 Gone: sold\n".utf8))
        )
    }

    @Test("The log is told of an error of the server's even if it gives no reason, and of a client's only if it does")
    func notesWithoutReason() async throws {
        let broken = FileView<ContentFile> { throw DownloadError(.serviceUnavailable) }
        #expect(try await broken.response(to: .get()).notes as? [DownloadError] == [DownloadError(.serviceUnavailable)])
        let gone = FileView<ContentFile> { throw DownloadError(.gone) }
        #expect(try await gone.response(to: .get()).notes.isEmpty)
    }

    @Test("A refusal is an answer of the client's kind, and no alarm")
    func tellsRefusals() {
        let refusals: [any Error] = [FileNotFound(), DownloadError(.gone), DownloadError(.forbidden, reason: "secret")]
        for error in refusals { #expect(DownloadError.isRefusal(error), "\(error)") }
        let alarms: [any Error] = [DownloadError(.serviceUnavailable), Unexpected(), CancellationError()]
        for error in alarms { #expect(!DownloadError.isRefusal(error), "\(error)") }
    }

    @Test("An error of a generator before its first byte is answered as if the view had thrown it")
    func answersErrorOfGenerator() async throws {
        let view = FileView { VirtualFile(name: "x.txt", size: 3) { _ in throw DownloadError(.gone) } }
        let response = try await view.response(to: .get())
        #expect(response.status == .gone)
        #expect(response.headerFields[.contentDisposition] == nil)
        #expect(response.isFinished)
    }

    @Test("An error names the request fields that the view depends on, too")
    func variesAsView() async throws {
        var view = FileView<StubFile> { throw FileNotFound() }
        view.vary = [.acceptLanguage, .accept]
        #expect(try await view.response(to: .get()).headerFields[values: .vary] == ["Accept", "Accept-Language"])
        var found = FileView { StubFile() }
        found.vary = [.cookie]
        for fields: HTTPFields in [[.ifMatch: "\"x\""], [.range: "bytes=10-"]] {
            let response = try await found.response(to: .get(headerFields: fields))
            #expect(response.status.code >= 400)
            #expect(response.headerFields[values: .vary] == ["Accept", "Cookie"])
        }
    }
}
