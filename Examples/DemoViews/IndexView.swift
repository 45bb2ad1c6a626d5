import HTTPTypes
import VirtualDownloads

/// A page that shows what is registered: where it is, its type and size where they are known, and a command to try.
///
/// It is made of the routes alone: each without a parameter is asked for its head, as by HEAD, which runs no generator.
struct IndexView: VirtualDownloadView {
    private let routes: Routes

    init(of routes: Routes) {
        self.routes = routes
    }

    var attachment: Bool { false }
    var mimeType: String? { "text/html" }
    /// It names the host that the client has asked, and what is registered may differ after the next start.
    var cacheControl: String? { "no-store" }

    func file(for request: DownloadRequest) async throws -> ContentFile {
        let place = IndexPlace(of: request)
        var entries: [IndexPage.Entry] = []
        for route in routes {
            entries.append(
                IndexPage.Entry(path: place.path(of: route.pattern), answer: try await answer(of: route, in: place))
            )
        }
        return ContentFile(IndexPage(place: place, entries: entries).html, name: "index.html")
    }

    /// What a HEAD request for the route is answered; nil for one with parameters, which only a user can fill in.
    private func answer(of route: Route, in place: IndexPlace) async throws -> HTTPResponse? {
        guard !route.pattern.utf8.contains(UInt8(ascii: "{")) else { return nil }
        let head = HTTPRequest(
            method: .head,
            scheme: place.scheme,
            authority: place.authority,
            path: place.path(of: route.pattern)
        )
        var sink = HeadSink()
        try await route.view.respond(to: DownloadRequest(http: head, path: route.pattern), into: &sink)
        return sink.head
    }
}

/// Where a client has found the page, for links to what is beside it.
struct IndexPlace {
    let scheme: String
    let authority: String
    /// The path below which the routes are, as the client writes it, without a slash at its end.
    private let mount: String

    init(of request: DownloadRequest) {
        scheme = request.http.scheme == "https" ? "https" : "http"
        let authority = request.http.authority ?? ""
        self.authority = authority.isPlainAuthority ? authority : "localhost"
        var mount = (request.http.path ?? "/").prefix { $0 != "?" }
        while mount.utf8.last == UInt8(ascii: "/") { mount.removeLast() }
        self.mount = String(mount)
    }

    /// The path of a route as a client writes it: what a URL can't have is percent-encoded, parameters stay in braces.
    func path(of pattern: String) -> String {
        mount
            + pattern.utf8
            .map { byte in
                let isPlain = byte > UInt8(ascii: " ") && byte < 0x7f && !#"<>"'\^`|"#.utf8.contains(byte)
                return isPlain ? String(UnicodeScalar(byte)) : "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
            }
            .joined()
    }

    func url(of path: String) -> String { "\(scheme)://\(authority)\(path)" }
}

extension String {
    /// Whether it is a host, with a port or without, and nothing that a shell or a page would take for more.
    fileprivate var isPlainAuthority: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || ".:[]-_".utf8.contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
    }
}

/// Keeps the head of a response alone.
private struct HeadSink: ResponseSink, ~Copyable {
    private(set) var head: HTTPResponse?
    private(set) var isCommitted = false

    mutating func begin(_ head: HTTPResponse, extent: ContentExtent) { self.head = head }
    mutating func write(_ bytes: RawSpan) async throws { isCommitted = true }
    mutating func finish() async throws { isCommitted = true }
}
