import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@testable import VirtualDownloads

/// Says which route it stands at, and with which parameters.
private struct NamedView: VirtualDownloadView {
    var label: String

    func file(for request: DownloadRequest) -> ContentFile {
        let parameters = request.parameters.sorted { $0.name < $1.name }.map { "\($0.name)=\($0.value)" }
        return ContentFile(([label, request.path] + parameters).joined(separator: " "), name: "route.txt")
    }
}

@Suite struct RouterTests {
    @Test("Views can be changed in all routes, which keep their patterns and middleware")
    func mapsViews() async throws {
        let routes = Routes {
            Route("/a", NamedView(label: "a")).middleware(ResponseHeaderFields([.server: "x"]))
            Route("/b", NamedView(label: "b"))
        }
        .mapViews { _ in NamedView(label: "other") }
        let router = try Router(routes)
        let first = try await router.response(to: .get("/a"))
        #expect(first.text == "other /a" && first.headerFields[.server] == "x")
        #expect(try await router.response(to: .get("/b")).text == "other /b")
    }

    @Test("A route is a function, which may wait, and its methods")
    func isFunction() async throws {
        let routes = Routes {
            Route("/hello/{name}") { request in
                ContentFile("Hello \(request.parameters["name"] ?? "")!\n", name: "hello.txt")
            }
            Route("/later") { request in
                await Task.yield()
                guard request.user != nil else { throw FileNotFound() }
                return VirtualFile(name: "later.csv") { sink in try await sink.write("now\n") }
            }
            Route("/form", methods: [.post]) { request in
                ContentFile(try request.form["q"] ?? "", name: "form.txt")
            }
        }
        let router = try Router(routes)
        #expect(try await router.response(to: .get("/hello/Anna")).text == "Hello Anna!\n")
        #expect(try await router.response(to: .get("/later", user: "anna")).text == "now\n")
        #expect(try await router.response(to: .get("/later")).status == .notFound)
        let fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        let form = DownloadRequest(
            http: HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/form", headerFields: fields),
            body: Array("q=a+b".utf8)
        )
        #expect(try await router.response(to: form).text == "a b")
        let refused = try await router.response(to: .get("/form"))
        #expect(refused.status == .methodNotAllowed && refused.headerFields[.allow] == "POST")
    }

    private static func router(_ patterns: [String], mountPrefix: String = "") throws -> Router {
        let routes = Routes { for pattern in patterns { Route(pattern, NamedView(label: pattern)) } }
        return try Router(routes, mountPrefix: mountPrefix)
    }

    private static let patterns = [
        "/", "/a", "/a/b", "/a/{x}", "/{x}/c", "/{x}/{y}/d", "/é", "/export/{year}/orders.csv", "/s%20t",
        "/{order-2}/{_x}/names",
    ]

    @Test(
        "A path finds its route",
        arguments: [
            ("/", "/ /"), ("/?x=1", "/ /"), ("/a", "/a /a"), ("/a?b/c", "/a /a"), ("/%61", "/a /a"),
            ("/a/%2Fb", "/a/{x} /a/%2Fb x=/b"), ("/a/b%2Fc", "/a/{x} /a/b%2Fc x=b/c"),
            ("/a/b;c", "/a/{x} /a/b;c x=b;c"),
            ("/a/b%5Cc", "/a/{x} /a/b\\c x=b\\c"), ("/a/b+c", "/a/{x} /a/b+c x=b+c"),
            ("/a/z", "/a/{x} /a/z x=z"), ("/a/b%20c", "/a/{x} /a/b c x=b c"), ("/a/%2562", "/a/{x} /a/%62 x=%62"),
            ("/%C3%A9", "/é /é"), ("/é", "/é /é"), ("/a/%EF%BF%BD", "/a/{x} /a/\u{fffd} x=\u{fffd}"),
            ("/s%20t", "/s%20t /s t"), ("/1/2/names", "/{order-2}/{_x}/names /1/2/names _x=2 order-2=1"),
            ("/a?\u{fffd}", "/a /a"), ("/z/c", "/{x}/c /z/c x=z"), ("/1/2/d", "/{x}/{y}/d /1/2/d x=1 y=2"),
            ("/export/2026/orders.csv?rows=1", "/export/{year}/orders.csv /export/2026/orders.csv year=2026"),
        ]
    )
    func finds(target: String, answer: String) async throws {
        let response = try await Self.router(Self.patterns).response(to: .get(target))
        #expect(response.text == answer)
    }

    @Test("A literal segment is preferred to a parameter, and given up where it leads nowhere")
    func backtracks() async throws {
        let router = try Self.router(["/a/b", "/{x}/c", "/{x}/{y}/d", "/a/{y}/e"])
        #expect(try await router.response(to: .get("/a/b")).text == "/a/b /a/b")
        #expect(try await router.response(to: .get("/a/c")).text == "/{x}/c /a/c x=a")
        #expect(try await router.response(to: .get("/a/b/d")).text == "/{x}/{y}/d /a/b/d x=a y=b")
        #expect(try await router.response(to: .get("/a/b/e")).text == "/a/{y}/e /a/b/e y=b")
    }

    @Test(
        "Another path is not found",
        arguments: [
            "/b", "/A", "/a/", "/a/b/", "/a/b/c/e", "/ab", "/export/2026", "/export//orders.csv", "/a%3Fb",
            "//a", "/a//b", "/a//", "//", "///", "/a%2Fb", "/%2Fa", "/a/b/%2F", "/a;b", "/a%5Cb", "/a\\b",
            "/a%20", "/a%252Fb", "/\u{212A}", "/a+", "//export/2026/orders.csv",
        ]
    )
    func notFound(target: String) async throws {
        let response = try await Self.router(Self.patterns).response(to: .get(target))
        #expect(response.status == .notFound)
    }

    static let likenesses: [(route: String, prefix: String, target: String)] = [
        ("/Kunden.csv", "", "/%E2%84%AAunden.csv"), ("/Kunden.csv", "", "/\u{212A}unden.csv"),
        ("/K/{x}", "", "/%E2%84%AA/1"), ("/{x}/K", "", "/1/%E2%84%AA"), ("/a;b", "", "/a%CD%BEb"),
        ("/a`", "", "/a%E1%BF%AF"), ("/Å", "", "/A%CC%8A"), ("/A\u{30A}", "", "/%C3%85"), ("/é", "", "/e%CC%81"),
        ("/a", "", "/a%CC%81"), ("/a/b", "", "/a/%CC%B8b"), ("/a", "/Kunden", "/%E2%84%AAunden/a"),
        ("/a", "/Kunden", "/\u{212A}unden/a"), ("/a", "/é", "/e%CC%81/a"), ("/{x}", "/K", "/%E2%84%AA/1"),
        ("/a", "/Å", "/A%CC%8A/a"),
    ]

    @Test("A path that is only canonically equivalent to a route is another path", arguments: likenesses)
    func comparesOctets(row: (route: String, prefix: String, target: String)) async throws {
        let router = try Self.router([row.route], mountPrefix: row.prefix)
        #expect(try await router.response(to: .get(row.target)).status == .notFound)
        let both = try Self.router([row.route, "/{other}/{route}"], mountPrefix: row.prefix)
        #expect(try await !both.response(to: .get(row.target)).text.utf8.starts(with: "\(row.route) ".utf8))
    }

    @Test("Routes that differ in octets alone are two, and each answers its own")
    func tellsApart() async throws {
        let router = try Self.router(["/K", "/%E2%84%AA", "/Å", "/A\u{30A}", "/{K}/{\u{212A}}"])
        #expect(try await router.response(to: .get("/K")).text == "/K /K")
        #expect(try await router.response(to: .get("/%E2%84%AA")).text.utf8.elementsEqual("/%E2%84%AA /\u{212A}".utf8))
        #expect(try await router.response(to: .get("/%C3%85")).text.utf8.elementsEqual("/Å /\u{C5}".utf8))
        #expect(try await router.response(to: .get("/A%CC%8A")).text.utf8.elementsEqual("/A\u{30A} /A\u{30A}".utf8))
    }

    @Test(
        "A target that is not a path is refused",
        arguments: [
            "/..", "/a/../b", "/./a", "/a/.", "/%2e%2e/a", "/%2E/a", "/a%2F..%2Fb", "/a%00", "/a%0A", "/a%7F",
            "/a%C2%85",
            "/%FF", "/%C0%AF", "/%ED%A0%80", "/a/\u{fffd}", "/%", "/%4", "/%zz", "/a%2", "a", "*", "?x", "http://a/b",
            "/a#b", "/a/b%2F..%2Fc",
        ]
    )
    func refuses(target: String) async throws {
        let response = try await Self.router(Self.patterns).response(to: .get(target))
        #expect(response.status == .badRequest)
    }

    @Test(
        "Dots that are not a whole segment are letters like others",
        arguments: ["/a/...", "/a/..b", "/a/b..", "/a/.b"]
    )
    func dots(target: String) async throws {
        #expect(try await Self.router(["/a/{x}"]).response(to: .get(target)).status == .ok)
    }

    @Test(
        "The mount prefix is taken off at a segment's end only",
        arguments: [
            ("/m", "/m/a", "/a /a"), ("/m/", "/m/a", "/a /a"), ("/m", "/m", "/ /"), ("/m", "//m//a", nil),
            ("/m", "/m/", "/ /"), ("/m", "//m/", nil), ("/m", "/%6D/", "/ /"), ("/m", "/m//", nil),
            ("/m/n", "/m%2Fn/a", nil),
            ("/m", "/m/a/", nil),
            ("/m/n", "/m/n/a?x", "/a /a"), ("/m m", "/m%20m/a", "/a /a"), ("/", "/a", "/a /a"),
            ("/m", "/mother/a", nil),
            ("/m", "/a", nil), ("/m/n", "/m/a", nil), ("/m", "/M/a", nil), ("/m", "/", nil),
        ]
    )
    func mounts(prefix: String, target: String, answer: String?) async throws {
        let response = try await Self.router(["/", "/a"], mountPrefix: prefix).response(to: .get(target))
        #expect(response.status == (answer == nil ? .notFound : .ok))
        if let answer { #expect(response.text == answer) }
    }

    @Test("The parameters of a route are those behind the mount prefix", arguments: ["", "/m", "/m/n"])
    func parametersBehindPrefix(prefix: String) async throws {
        let router = try Self.router(["/a/{x}/{y}"], mountPrefix: prefix)
        #expect(try await router.response(to: .get(prefix + "/a/1/2")).text == "/a/{x}/{y} /a/1/2 x=1 y=2")
    }

    @Test(
        "A malformed pattern is refused, and named",
        arguments: [
            "", "a", "/a/", "/a//b", "//", "/{}", "/{", "/}", "/{a}/{a}", "/{{a}}", "/.", "/a/../b",
            "/ab}", "/{ab", "/}a{", "/{a}{b}", "/{a}-{b}", "/{a:}", "/{:int}", "/{*}", "/{a*}b", "/a{b*}", "/{a:int*}",
            "/{a*:int}", "/{a}%zz", "/{a}%2F",
        ]
    )
    func malformed(pattern: String) throws {
        let error = try #require(throws: RouteError.self) { try Self.router([pattern]) }
        #expect(error.description.contains("“\(pattern)”"))
    }

    @Test(
        "A pattern is a path as it stands in a URL, and is matched however a client writes it",
        arguments: [
            ("/a%20b", "/a%20b"), ("/a b", "/a%20b"), ("/%C3%A9", "/é"), ("/c%23", "/c%23"), ("/a%3Fb", "/a%3Fb"),
            ("/a%3fb", "/a%3Fb"), ("/100%25", "/100%25"), ("/%7Bx%7D", "/%7Bx%7D"), ("/%7Bx%7D", "/{x}"),
            ("/a%2520b", "/a%2520b"), ("/\u{301}a", "/%CC%81a"), ("/a+b", "/a+b"), ("/a+b", "/a%2Bb"), ("/a;b", "/a;b"),
            ("/{x}/a%20b", "/1/a%20b"),
        ]
    )
    func encodedPattern(pattern: String, target: String) async throws {
        for prefix in ["", "/m", "/m%2520n"] {
            let response = try await Self.router([pattern], mountPrefix: prefix).response(to: .get(prefix + target))
            #expect(response.status == .ok, "\(prefix)\(target)")
        }
        for (prefix, other) in [("/m%2520n", "/m%20n"), ("/m%23n", "/m%2523n")] {
            let response = try await Self.router([pattern], mountPrefix: prefix).response(to: .get(other + target))
            #expect(response.status == .notFound, "\(other)\(target)")
        }
    }

    @Test(
        "A pattern that no path matches is refused with what to write instead",
        arguments: [
            ("/a#b", "%23"), ("/a?b=1", "%3F"), ("/a?b=1", "request.query"), ("/{x}/a#", "%23"),
            ("/{x?}", "request.query"),
            ("/{x:float}", "{x:int}"), ("/{x*}/a", "last segment"), ("/a{x*}", "whole segment"),
            ("/{x}-{y}", "one parameter"), ("/{x y}", "letters"),
            ("/100%", "%25"), ("/%zz", "%25"), ("/a\u{7}b", "control character"), ("/a%0Ab", "control character"),
            ("/a\u{85}b", "control character"), ("/a%00", "control character"), ("/%FF", "UTF-8"),
            ("/%2E%2E/a", "“%2E%2E”"),
            ("/a%2Fb", "%2F"), ("/a/{%20}", "{%20}"), ("/a//\u{301}b", "extra slash"),
            ("/a/:id", "write {id} here"), ("/a/<id>", "write {id} here"), ("/a/<int:id>", "write {id:int} here"),
            ("/a/<path:rest>", "write {rest*} here"), ("/a/<str:id>/b", "write {id} here"),
            ("/a/*", "write {path*} here"), ("/a/**", "write {path*} here"), ("/{path:path}", "{path*}"),
        ]
    )
    func unmatchable(pattern: String, advice: String) throws {
        let error = try #require(throws: RouteError.self) { try Self.router([pattern]) }
        #expect(error.description.contains("“\(pattern)”"))
        #expect(error.description.contains(advice), "\(error)")
    }

    @Test(
        "Two routes of the same paths are refused, and both named",
        arguments: [
            ("/a", "/a"), ("/a b", "/a%20b"), ("/{x}", "/{y}"), ("/a/{x}/b", "/a/{z}/b"), ("/", "/"),
            ("/{x:int}", "/{y:int}"), ("/{x}.csv", "/{y}.csv"), ("/{x*}", "/{y*}"), ("/{x}%2Ea", "/{x}.a"),
        ]
    )
    func duplicates(first: String, second: String) throws {
        let error = try #require(throws: RouteError.self) { try Self.router([first, second]) }
        #expect(error.description.contains(first))
        #expect(error.description.contains(second))
    }

    @Test(
        "A mount prefix that is not a path is refused",
        arguments: ["m", "/m/..", "/%zz", "/m%00", "/m?a", "/m#a", "//m", "/m//n", "/m%2Fn"]
    )
    func badPrefix(prefix: String) {
        #expect(throws: RouteError.self) { try Self.router(["/a"], mountPrefix: prefix) }
    }

    @Test(
        "Whoever keeps the log is told the pattern of the route",
        arguments: [("/m/a?x=1", "/a"), ("/m/%61", "/a"), ("/m/b/1", "/b/{x}"), ("/m/c", nil), ("/%zz", nil)]
    )
    func notesRoute(target: String, pattern: String?) async throws {
        var sink = RouteSink()
        try await Self.router(["/a", "/b/{x}"], mountPrefix: "/m").respond(to: .get(target), into: &sink)
        let route = sink.route
        #expect(route == pattern)
    }

    @Test(
        "A parameter may have a part of a segment, a type, or the whole rest of a path",
        arguments: [
            ("/i/7.pdf", "/i/{id}.pdf /i/7.pdf id=7"), ("/i/a.b.pdf", "/i/{id}.pdf /i/a.b.pdf id=a.b"),
            ("/i/%C3%A9.pdf", "/i/{id}.pdf /i/é.pdf id=é"), ("/i/a%2Fb.pdf", "/i/{id}.pdf /i/a%2Fb.pdf id=a/b"),
            ("/i/r-1.pdf", "/i/r-{id}.pdf /i/r-1.pdf id=1"), ("/i/r-1", "/i/r-{id} /i/r-1 id=1"),
            ("/i/r-.pdf", "/i/{id}.pdf /i/r-.pdf id=r-"), ("/i/.pdf", "/i/{id} /i/.pdf id=.pdf"),
            ("/i/7", "/i/{n:int} /i/7 n=7"), ("/i/-7", "/i/{n:int} /i/-7 n=-7"), ("/i/0", "/i/{n:int} /i/0 n=0"),
            ("/i/9223372036854775807", "/i/{n:int} /i/9223372036854775807 n=9223372036854775807"),
            // Another spelling of the number is another path, for which a web server may have other rules.
            ("/i/07", "/i/{id} /i/07 id=07"), ("/i/+7", "/i/{id} /i/+7 id=+7"), ("/i/-0", "/i/{id} /i/-0 id=-0"),
            ("/i/9223372036854775808", "/i/{id} /i/9223372036854775808 id=9223372036854775808"),
            ("/i/%D9%A7", "/i/{id} /i/٧ id=٧"), ("/i/7/x", "/i/{n:int}/x /i/7/x n=7"),
            ("/f/a", "/f/{path*} /f/a path=a"), ("/f/a/b/c.txt", "/f/{path*} /f/a/b/c.txt path=a/b/c.txt"),
            ("/f/a/b/x", "/f/{y}/b/x /f/a/b/x y=a"), ("/f/fixed", "/f/fixed /f/fixed"),
            ("/f/fixed/a", "/f/{path*} /f/fixed/a path=fixed/a"),
            ("/v1.2", "/v{major:int}.2 /v1.2 major=1"),
        ]
    )
    func formsOfParameters(target: String, answer: String) async throws {
        let response = try await Self.router(Self.forms).response(to: .get(target))
        #expect(response.text == answer)
    }

    private static let forms = [
        "/i/{id}", "/i/{id}.pdf", "/i/{n:int}", "/i/r-{id}.pdf", "/i/r-{id}", "/i/{n:int}/x", "/f/{path*}", "/f/fixed",
        "/f/{y}/b/x", "/v{major:int}.2",
    ]

    @Test(
        "What a parameter does not take is not found",
        arguments: [
            "/i/x/x", "/i/07/x", "/i/7/x/", "/i/", "/i//x", "/f", "/f/", "/f/a/", "/f//a", "/f/a//b", "/f/a%2Fb",
            "/f/a/b%2Fc", "/f/%2Fa", "/vx.2", "/v01.2", "/v.2", "/v1%2E2/",
        ]
    )
    func refusedByParameters(target: String) async throws {
        #expect(try await Self.router(Self.forms).response(to: .get(target)).status == .notFound)
    }

    // The path that such a server has judged has one segment more.
    @Test("Where the web server has taken an encoded slash for a separator, the path is not found")
    func separatedByServer() async throws {
        let router = try Self.router(["/{x}", "/a/{x}", "/a/b"])
        for (target, status) in [("/a%2Fb", HTTPResponse.Status.notFound), ("/a/b%2fc", .notFound), ("/a/b", .ok)] {
            var request = DownloadRequest.get(target)
            #expect(try await router.response(to: request).status == .ok)
            request.serverPath.reading = .decodedWithSlashes
            #expect(try await router.response(to: request).status == status)
        }
    }

    @Test(
        "Where the web server's rules see what the client wrote, an unusual spelling is not found",
        arguments: [
            ("/Kunden.csv", true), ("/%4Bunden.csv", false), ("/Kunden%2Ecsv", false), ("/a%20b", true),
            ("/%C3%A9", true), ("/%c3%a9", false), ("/c(1),d", true), ("/c%281),d", false), ("/c(1)%2Cd", false),
            // A value may have what is reserved either way.
            ("/v/x,y", true), ("/v/x%2Cy", true), ("/v/x%2cy", false), ("/v/%78", false), ("/v/x%2Fy", false),
            ("/w/a,b,c", true), ("/w/a%2Cb,c", false), ("/w/a,b%2Cc", false),
        ]
    )
    func verbatim(target: String, isFound: Bool) async throws {
        let patterns = ["/Kunden.csv", "/a b", "/é", "/c(1),d", "/v/{x}", "/w/a,{x},c"]
        for prefix in ["", "/m"] {
            var request = DownloadRequest.get(prefix + target)
            let router = try Self.router(patterns, mountPrefix: prefix)
            #expect(try await router.response(to: request).status == .ok)
            request.serverPath.reading = .verbatim
            #expect(try await router.response(to: request).status == (isFound ? .ok : .notFound))
        }
    }

    @Test("CGI's own split is the mount prefix where nothing else is said")
    func scriptName() async throws {
        var request = DownloadRequest.get("/cgi-bin/demo/a?x=1")
        request.serverPath.scriptName = "/cgi-bin/demo"
        #expect(try await Self.router(["/a"]).response(to: request).text == "/a /a")
        #expect(try await Self.router(["/a", "/{x*}"]).response(to: request).text == "/a /a")
        #expect(
            try await Self.router(["/cgi-bin/demo/a"]).response(to: request).text == "/cgi-bin/demo/a /cgi-bin/demo/a"
        )
        #expect(try await Self.router(["/a"], mountPrefix: "/cgi-bin/demo").response(to: request).text == "/a /a")
        // A rewritten target is the client's only where a prefix is said.
        var rewritten = request
        rewritten.http.path = "/pretty?x=1"
        rewritten.serverPath.target = "/cgi-bin/demo/a?y=2"
        #expect(try await Self.router(["/a"]).response(to: rewritten).text == "/a /a")
        #expect(try await Self.router(["/a"], mountPrefix: "/").response(to: rewritten).status == .notFound)
        #expect(try await Self.router(["/pretty"], mountPrefix: "/").response(to: rewritten).status == .ok)
        for prefix in ["/", "/cgi-bin", "/other"] {
            #expect(try await Self.router(["/a"], mountPrefix: prefix).response(to: request).status == .notFound)
        }
    }

    @Test("HEAD of an unknown path has no content")
    func head() async throws {
        let response = try await Self.router(["/a"]).response(to: .head("/b"))
        #expect(response.status == .notFound)
        #expect(response.body.isEmpty)
        #expect(response.isFinished)
    }

    @Test("A method that the view does not have is refused with those it has")
    func methods() async throws {
        let response = try await Self.router(["/a"]).response(to: .make(.delete, "/a"))
        #expect(response.status == .methodNotAllowed)
        #expect(response.headerFields[.allow]?.contains("GET") == true)
    }

    @Test("Routes are built with conditions and loops")
    func builder() throws {
        let routes = { (wanted: Bool) in
            Routes {
                Route("/a", NamedView(label: ""))
                if wanted { Route("/b", NamedView(label: "")) }
                if wanted { Route("/c", NamedView(label: "")) } else { Route("/d", NamedView(label: "")) }
                for name in ["e", "f"] { Route("/\(name)", NamedView(label: "")) }
            }
        }
        #expect(try Router(routes(true)).registered.map(\.pattern.description) == ["/a", "/b", "/c", "/e", "/f"])
        #expect(try Router(routes(false)).registered.map(\.pattern.description) == ["/a", "/d", "/e", "/f"])
    }
}

/// Keeps which route it was told of, and nothing else.
private struct RouteSink: ResponseSink, ~Copyable {
    private(set) var route: String?
    private(set) var isCommitted = false

    mutating func begin(_ head: HTTPResponse, extent: ContentExtent) {}
    mutating func write(_ bytes: RawSpan) async throws { isCommitted = true }
    mutating func finish() async throws { isCommitted = true }
    mutating func didMatch(route pattern: String) { route = pattern }
}
