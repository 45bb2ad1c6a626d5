import TestSupport
import Testing

/// Clients that a view sends elsewhere, or asks who they are, through each server as they are.
@Suite(.sites, .blocking, .timeLimit(.minutes(60)))
struct RedirectTests {
    // Of a CGI program without a Status, a server would answer for the path itself (RFC 3875 §6.2.2).
    @Test("A redirect reaches the client", arguments: Setup.allCases, [302, 303, 307, 308])
    func redirects(setup: Setup, status: Int) async throws {
        let site = try await Sites.current.site(setup)
        let places = [
            ("/virtual/text", "/virtual/text"),
            ("https://h.example/a%3Fb%0D%0AX:%20y", "https://h.example/a?b%0D%0AX:%20y"),
        ]
        // lighttpd answers 400 to a control character in a query.
        .filter { setup != .lighttpd || !$0.0.contains("%0D") }
        for (written, place) in places {
            let path = "/test/redirect?status=\(status)&to=\(written)"
            let get = try await site.curl(path)
            #expect(get.exit == 0 && get.status == status)
            #expect(get["Location"] == place && get["X"] == nil && get["Content-Disposition"] == nil)
            #expect(get.text.hasSuffix(": \(place)\n"))
            let head = try await site.curl(path, "-I")
            #expect(head.exit == 0 && head.status == status)
            #expect(head["Location"] == place && head["Content-Disposition"] == nil)
        }
    }

    @Test("A client that follows a redirect has the download", arguments: Setup.allCases)
    func isFollowed(setup: Setup) async throws {
        let site = try await Sites.current.site(setup)
        let answer = try await site.curl("/test/redirect?to=\(setup.prefix)/virtual/text", "-L")
        #expect(answer.exit == 0 && answer.status == 200)
        #expect(answer.text == "Hello world!\n")
    }

    @Test("A client that is to authenticate is told how", arguments: Setup.allCases)
    func challenges(setup: Setup) async throws {
        let site = try await Sites.current.site(setup)
        for options in [[], ["-I"]] {
            let answer = try await Transfer(site.startCurl("/test/unauthorized", options))
            #expect(answer.exit == 0 && answer.status == 401)
            #expect(answer["WWW-Authenticate"] == "Bearer realm=\"Downloads\"")
            #expect(answer["Content-Disposition"] == nil)
        }
    }
}
