import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct DownloadRequestTests {
    @Test("A parameter that the route does not have is an error that says which it has")
    func parameter() throws {
        var request = DownloadRequest(http: HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/"))
        #expect(throws: DownloadError.self) { try request.parameter("id") }
        request.parameters = ["year": "2026", "id": "7"]
        #expect(try request.parameter("id") == "7")
        let error = #expect(throws: DownloadError.self) { try request.parameter("yaer") }
        #expect(error?.reason == "the route has no parameter {yaer}; it has {id}, {year}")
        #expect(error?.status == .internalServerError)
    }

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
        ("/?a=%EF%BF%BD", ["a=\u{fffd}"]),
        ("/?a=1;b=2", ["a=1;b=2"]),
        // Letters that have bytes in common with the one that stands for what was no UTF-8.
        ("/?a=ａ", ["a=ａ"]), ("/?a=＿½", ["a=＿½"]), ("/?a=\u{1fffd}", ["a=\u{1fffd}"]),
    ]

    @Test("A query is decoded in its order", arguments: queries)
    func decodesQuery(target: String, expected: [String]) throws {
        let query = try DownloadRequest.get(target).query
        #expect(query.map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test(
        "An invalid query is 400",
        arguments: [
            "/?a=%", "/?a=%4", "/?a=%zz", "/?%FF=1", "/?a=%C3", "/?a=%+1", "/?a=\u{fffd}", "/?\u{fffd}=1",
            "/?a=x\u{fffd}y",
        ]
    )
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

    @Test(
        "A number is digits, and a minus before them if it is negative",
        arguments: [
            ("3", 3), ("-3", -3), ("007", 7), ("-0", 0), ("%33", 3), ("%2B3", nil), ("+3", nil), ("3+", nil), ("", nil),
            ("-", nil), ("--3", nil), ("%2B", nil), ("3.0", nil), ("0x3", nil), ("3e1", nil), ("%D9%A3", nil),
            ("%EF%BC%93", nil),
        ] as [(String, Int?)]
    )
    func readsNumber(text: String, number: Int?) throws {
        let query = try DownloadRequest.get("/?n=\(text)").query
        if let number {
            #expect(try query.integer("n") == number)
        } else {
            #expect(throws: DownloadError.self) { try query.integer("n") as Int? }
        }
    }

    @Test("A request of a test is nobody's, unless it says whose")
    func hasUser() {
        #expect(DownloadRequest.get().user == nil && DownloadRequest.get(user: "anna").user == "anna")
        #expect(DownloadRequest.head(user: "anna").user == "anna")
        #expect(DownloadRequest.make(.post, user: "anna").user == "anna")
    }

    @Test("A field of commas and spaces takes no time that grows with its square", .timeLimit(.minutes(60)))
    func readsHostileCookies() {
        let value = "b" + String(repeating: ", ", count: 16_000) + String(repeating: " ", count: 32_000)
        let request = DownloadRequest.get(headerFields: [.cookie: "a=\(value);x=y"])
        #expect(request.cookies["x"] == "y" && request.cookies["a"]?.first == "b")
    }

    @Test("Cookies are found by name, and the first of a name counts")
    func readsCookies() {
        let request = DownloadRequest.get(headerFields: [.cookie: "a=1; b=\"two\"; a=3; broken; =x; c=d=e; q=\""])
        #expect(request.cookies == ["a": "1", "b": "two", "c": "d=e", "q": "\""])
        #expect(DownloadRequest.get().cookies.isEmpty)
    }

    static let joinedCookies: [(field: String, cookies: NamedValues)] = [
        // As Apache joins the lines of an HTTP/1.1 request, and as everybody else does.
        ("a=1, b=2", ["a": "1", "b": "2"]), ("a=1; b=2, c=3; d=4", ["a": "1", "b": "2", "c": "3", "d": "4"]),
        ("a=\"1\", b=\"2\"", ["a": "1", "b": "2"]), ("a=1, a=2; a=3", ["a": "1"]), ("a=1,  b=", ["a": "1", "b": ""]),
        ("a=1;\tb=2\t;c=3", ["a": "1", "b": "2", "c": "3"]),
        // No joint: no space, no name, no sign.
        ("a=1,b=2", ["a": "1,b=2"]), ("a=x, y", ["a": "x, y"]), ("a=1, =2", ["a": "1, =2"]),
        ("a=1, (b)=2", ["a": "1, (b)=2"]),
        ("a=1,", ["a": "1,"]), ("a=1, ", ["a": "1,"]), (", b=2", ["b": "2"]),
        // A quote that is never closed takes no other cookie with it.
        ("a=\"1; b=2", ["a": "\"1", "b": "2"]), ("a=1;b=2;;c=3;", ["a": "1", "b": "2", "c": "3"]), ("", [:]),
        // A combining mark does not hide the separator in front of it.
        ("a=1;\u{301}b=2", ["a": "1", "\u{301}b": "2"]), ("a=\u{301}1", ["a": "\u{301}1"]),
    ]

    @Test("Cookies are read however their lines were joined", arguments: joinedCookies)
    func readsJoinedCookies(row: (field: String, cookies: NamedValues)) {
        #expect(DownloadRequest.get(headerFields: [.cookie: row.field]).cookies == row.cookies)
        var expected = row.cookies
        expected["z"] = "0"
        var lines = HTTPFields()
        for line in ["z=0", row.field] { lines.append(HTTPField(name: .cookie, value: line)) }
        #expect(DownloadRequest.get(headerFields: lines).cookies == expected)
    }

    @Test(
        "A query is decoded by its bytes",
        arguments: [
            ("/?\u{301}=1", ["\u{301}=1"]), ("/?a=1&\u{301}b=2", ["a=1", "\u{301}b=2"]), ("/?a=\u{301}", ["a=\u{301}"]),
            ("/?a=%00%0d%0A", ["a=\u{0}\r\n"]), ("/?a=%F0%9F%98%80", ["a=😀"]), ("/?a=1#b=2", ["a=1"]),
            ("/#?a=1", []), ("/?a=1#?b=2", ["a=1"]),
            ("/?a=1%23", ["a=1#"]),
            ("/?%26=%3D", ["&=="]), ("/?a;b=1", ["a;b=1"]), ("/?a=%252541", ["a=%2541"]),
        ]
    )
    func decodesBytes(target: String, expected: [String]) throws {
        #expect(try DownloadRequest.get(target).query.map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test(
        "What is not UTF-8, however it is encoded, is 400",
        arguments: [
            "%", "%%", "%4", "%G0", "%0G", "% 4", "%-1", "%+1", "%u0041", "%C0%80", "%ED%A0%80", "%F5%80%80%80", "%80",
            "%C3%28",
            "%E2%82", "%FE", "a=%C3&b=%A9",
        ]
    )
    func refusesBytes(query: String) async throws {
        let response = try await QueryView().response(to: .get("/?\(query)"))
        #expect(response.status == .badRequest)
        #expect(response.text == "400 Bad Request\n")
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
        ("text/csv;q=2", nil), ("text/csv;q=0.1.2", nil), (", ;q=1, text/csv", "text/csv"),
        // What Java sends unless it is told otherwise; and more digits than there may be.
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "text/csv"), ("text/csv;q=.", nil),
        ("text/csv;q=0.1234, application/json;q=0.123", "text/csv"), ("text/csv;q=0.0004, image/*", nil),
        ("text/csv;q=0.1234, application/json;q=0.1249999999999999999999", "application/json"),
        ("text/csv;q=0.12x4", nil), ("text/csv;q=0.123x", nil),
        // No weight is that of 1, which is the greatest.
        ("text/csv, application/json;q=1.9", "text/csv"), ("text/csv;q=1.9, application/json", "text/csv"),
        ("text/csv, application/json;q=1", "text/csv"),
        ("text/csv;Q=0.1, application/json;q=0.11", "application/json"),
        ("text/csv;q=0.000, */*;q=0.001", "application/json"),
        ("text/csv ; q=0.5 , application/json;q=1.", "application/json"),
        ("text/csv;q=-1, application/json;q=0.1", "application/json"),
        ("text/csv;q=1.001, application/json;q=0.1", "text/csv"),
        ("text/csv;q=, application/json;q=0.1", "application/json"),
        ("text/csv;q=nan, application/json;q=0.1", "application/json"),
        ("application/*, text/csv;q=0.5", "application/json"),
        // A comma or semicolon in quotes parts nothing (RFC 9110 §5.6.6).
        ("text/csv;a=\"b, application/json;q=1\";q=0.1, application/json;q=0.2", "application/json"),
        ("text/csv;a=\"\\\", image/png\";q=0.3", "text/csv"),
        ("text/csv;a=\"\\\", application/json;q=1\";q=0.1, application/json;q=0.2", "application/json"),
        ("text/csv\u{301}, application/json;q=0.1", "application/json"),
        // A range with parameters is for another type than the plain one (RFC 9110 §12.5.1), wherever it stands.
        ("text/csv;header=present, text/csv;q=0.2, application/json;q=0.5", "application/json"),
        ("text/csv;q=0.2, text/csv;header=present, application/json;q=0.5", "application/json"),
        ("application/json;q=0.5;x=y, text/csv;header=present;q=0.6", "text/csv"),
        ("text/csv;header=present;q=0.9, text/csv;q=0.2;x=y, application/json;q=0.5", "application/json"),
        ("text/csv;header=present;q=0.9, text/csv; ;q=0.2, application/json;q=0.5", "application/json"),
    ]

    @Test("The media type that the client prefers is chosen", arguments: media)
    func negotiatesMediaType(accept: String?, expected: String?) {
        let fields: HTTPFields = accept.map { [.accept: $0] } ?? [:]
        #expect(
            DownloadRequest.get(headerFields: fields).preferredMediaType(of: ["text/csv", "application/json"])
                == expected
        )
    }

    @Test(
        "The path of a request that no router has seen is decoded as a router would",
        arguments: [
            ("/a%20b/%C3%A9?x=%20", "/a b/é"), ("//a///b", "//a///b"), ("/a/", "/a/"), ("/", "/"), ("/%zz", "/%zz"),
            ("*", "*"), ("/a%2Fb", "/a%2Fb"), ("/a%2Fb#c", "/a%2Fb#c"), ("/a#c", "/a#c"),
        ]
    )
    func decodesPath(target: String, path: String) {
        #expect(DownloadRequest.get(target).path == path)
    }

    @Test(
        "The content coding that the client prefers is chosen",
        arguments: [
            (nil, "identity"), ("", "identity"), ("gzip", "gzip"), ("GZIP, br;q=0.5", "gzip"), ("x-gzip;q=0.1", "gzip"),
            ("br;q=0.9, gzip;q=0.8", "br"), ("br, gzip", "br"), ("identity, gzip;q=0.9", "identity"), ("*", "br"),
            ("br;q=0, *;q=0.5", "gzip"), ("deflate", "identity"), ("identity;q=0, deflate", nil), ("*;q=0", nil),
            ("*;q=0, gzip;q=0.001", "gzip"), ("identity;q=0.5, *;q=0", "identity"), ("gzip;q=x", "identity"),
            ("gzip;q=0", "identity"), ("\u{212A}", "identity"),
        ] as [(String?, String?)]
    )
    func negotiatesContentCoding(accept: String?, expected: String?) {
        let fields: HTTPFields = accept.map { [.acceptEncoding: $0] } ?? [:]
        let request = DownloadRequest.get(headerFields: fields)
        #expect(request.preferredContentCoding(of: ["br", "gzip", "identity"]) == expected)
    }

    static let languages: [(String?, String?)] = [
        (nil, "en"), ("de", "de-CH"), ("fr", nil), ("fr, *;q=0.1", "en"), ("de-CH;q=0.9, en;q=0.8", "de-CH"),
        ("DE-ch", "de-CH"),
        // A longer tag than the offer's accepts it, unless the offer's own or a shorter one says otherwise.
        ("en-GB", "en"), ("EN-gb, de;q=0.9", "en"), ("de-CH-1996", "de-CH"), ("en-GB;q=0.5, de;q=0.9", "de-CH"),
        ("en-GB, en;q=0", nil), ("en-GB;q=0", nil), ("en-GB;q=0, *", "en"), ("en-GB;q=0, en-US;q=0.2, *;q=0.1", "en"),
        ("eng, english-x", nil), ("de-AT", nil), ("en-GB, en;q=0.5, de;q=0.6", "de-CH"),
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
