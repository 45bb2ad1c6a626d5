import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct DownloadRequestTests {
    static let queries: [(String, [String])] = [
        ("/", []),
        ("/?", []),
        ("/?a=1&b=2", ["a=1", "b=2"]),
        ("/?a=1&a=2", ["a=1", "a=2"]),
        ("/?name=J%C3%BCrgen+M", ["name=Jürgen M"]),
        ("/?plus=%2B&%61=x", ["plus=+", "a=x"]),
        ("/?flag&empty=&=v", ["flag=", "empty=", "=v"]),
        ("/?&&a=1&", ["a=1"]),
        ("/?a=b=c?d", ["a=b=c?d"]),
        ("/?é=ü", ["é=ü"]),
    ]

    @Test("A query is decoded in its order", arguments: queries)
    func decodesQuery(target: String, expected: [String]) throws {
        let query = try DownloadRequest.get(target).query
        #expect(query.map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test("An invalid query is 400", arguments: ["/?a=%", "/?a=%4", "/?a=%zz", "/?%FF=1", "/?a=%C3", "/?a=%+1"])
    func refusesQuery(target: String) async throws {
        #expect(throws: DownloadError.self) { try DownloadRequest.get(target).query }
        let response = try await QueryView().response(to: .get(target))
        #expect(response.status == .badRequest)
    }

    @Test("A value is found by its name, and all values of a repeated one")
    func findsValues() throws {
        let query = try DownloadRequest.get("/?x=1&y=2&x=3").query
        #expect(query["x"] == "1")
        #expect(query["z"] == nil)
        #expect(query.all("x") == ["1", "3"])
        #expect(query.all("z") == [])
    }

    @Test("A number is taken within its range, and anything else is 400")
    func readsInteger() throws {
        let query = try DownloadRequest.get("/?rows=10&bad=1x&huge=99999999999999999999&minus=-3").query
        #expect(try query.integer("rows") as Int? == 10)
        #expect(try query.integer("none") as Int? == nil)
        #expect(try query.integer("minus", in: -5...5) == -3)
        for name in ["bad", "huge"] {
            #expect(throws: DownloadError.self) { try query.integer(name) as Int? }
        }
        #expect(throws: DownloadError.self) { try query.integer("rows", in: 0...9) }
        #expect(throws: DownloadError.self) { try query.integer("minus") as UInt? }
    }

    @Test("Cookies are found by name, and the first of a name counts")
    func readsCookies() {
        let request = DownloadRequest.get(headerFields: [.cookie: "a=1; b=\"two\"; a=3; broken; =x; c=d=e; q=\""])
        #expect(request.cookies == ["a": "1", "b": "two", "c": "d=e", "q": "\""])
        #expect(DownloadRequest.get().cookies.isEmpty)
    }

    @Test("A request has the path, scheme, authority and client that the web server reports")
    func keepsWhatTheServerReports() {
        let request = DownloadRequest.make(.post, "/a/b?c=d", parameters: ["p": "v"], body: [1, 2])
        #expect(request.path == "/a/b")
        #expect(request.scheme == "https")
        #expect(request.authority == "downloads.example")
        #expect(request.client == ClientAddress(host: "192.0.2.1", port: 50_000))
        #expect(request.parameters == ["p": "v"])
        #expect(request.body == [1, 2])
        #expect(request.method == .post)
        let bare = DownloadRequest(http: HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil))
        #expect(bare.path == "/" && bare.client == ClientAddress() && bare.scheme == nil)
        #expect((try? bare.query.isEmpty) == true)
    }

    static let media: [(String?, String?)] = [
        (nil, "text/csv"), ("", "text/csv"), ("*/*", "text/csv"), ("application/json", "application/json"),
        ("text/*;q=0.1, application/json;q=0.2", "application/json"), ("image/*", nil),
        ("text/csv;q=0, */*", "application/json"), ("application/json, text/csv", "text/csv"),
        ("text/csv;q=2", nil), ("text/csv;q=0.1234", nil), (", ;q=1, text/csv", "text/csv"),
    ]

    @Test("The media type that the client prefers is chosen", arguments: media)
    func negotiatesMediaType(accept: String?, expected: String?) {
        let fields: HTTPFields = accept.map { [.accept: $0] } ?? [:]
        #expect(
            DownloadRequest.get(headerFields: fields).preferredMediaType(of: ["text/csv", "application/json"])
                == expected
        )
    }

    static let languages: [(String?, String?)] = [
        (nil, "en"), ("de", "de-CH"), ("fr", nil), ("fr, *;q=0.1", "en"), ("de-CH;q=0.9, en;q=0.8", "de-CH"),
        ("DE-ch", "de-CH"),
    ]

    @Test("The language that the client prefers is chosen", arguments: languages)
    func negotiatesLanguage(accept: String?, expected: String?) {
        let fields: HTTPFields = accept.map { [.acceptLanguage: $0] } ?? [:]
        #expect(DownloadRequest.get(headerFields: fields).preferredLanguage(of: ["en", "de-CH"]) == expected)
    }
}

/// Serves its query back.
private struct QueryView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        ContentFile(try request.query["a"] ?? "", name: "q.txt")
    }
}
