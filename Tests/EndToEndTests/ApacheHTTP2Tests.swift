import TestSupport
import Testing

/// Apache's mod_http2 never ends a response that mod_proxy_fcgi gives up, so the downloads are kept off HTTP/2.
@Suite(.needs(.curl, .apache, .apacheHTTP2), .blocking, .timeLimit(.minutes(60)))
struct ApacheHTTP2Tests {
    @Test("A generator that throws midway fails the client of an Apache that offers HTTP/2")
    func showsFailure() async throws {
        let site = try await Site.start(.proxied, http2: .server)
        defer { site.directory.close() }
        async let unknown = site.curl("/test/throws-midway?after=50000", "--http2")
        async let known = site.curl("/test/throws-midway?after=50000&size=100000", "--http2")
        for answer in try await [unknown, known] {
            #expect(answer.exit != 0)
            #expect(answer.exit != 28, "curl gave up by itself")
            #expect(answer.body.count <= 50_000)
        }
    }

    // Browsers use a connection for all names of its certificate, also for those whose sites do not offer HTTP/2.
    @Test("A request that comes over HTTP/2 all the same is sent to another connection")
    func sendsElsewhere() async throws {
        let site = try await Site.start(.proxied, http2: .virtualHost)
        defer { site.directory.close() }
        let answer = try await site.curl("/test/throws-midway?after=50000", "--http2-prior-knowledge")
        #expect(answer.head.contains("HTTP/2 421"))
        #expect(answer.exit == 0)
        #expect(try await site.curl("/bench/hello").text == "Hello world!\n")
    }
}
