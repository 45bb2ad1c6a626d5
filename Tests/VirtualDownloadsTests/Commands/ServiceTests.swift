import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(60))) struct ServiceTests {
    private static let environments: [[String: String]] = [
        ["TESTSITE_SERVICE": "1"], ["TESTSITE_SERVICE": "1", "TESTSITE_SUSPENDS": "1"],
    ]
    private static let before = "the service runs\n"
    private static let after = "the service has ended\n"

    @Test("A service runs before and after the one request of `get`", arguments: environments)
    func get(environment: [String: String]) async throws {
        let run = try await SiteProcess.run(["get", "/test/service"], environment: environment)
        #expect(run.status == 0)
        #expect(run.output.hasSuffix("\n\nit runs\n"))
        #expect(run.errors.hasPrefix(Self.before) && run.errors.hasSuffix(Self.after))
        #expect(run.errors.contains("asked for the service"))
    }

    @Test("A service runs before and after the one request of a CGI program", arguments: environments)
    func cgi(environment: [String: String]) async throws {
        let variables = [
            "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": "/test/service",
            "SERVER_PROTOCOL": "HTTP/1.1",
        ]
        let run = try await SiteProcess.run(environment: environment.merging(variables) { $1 })
        #expect(run.status == 0)
        #expect(run.output.hasSuffix("\r\n\r\nit runs\n"))
        #expect(run.errors.hasPrefix(Self.before) && run.errors.hasSuffix(Self.after))
        #expect(run.errors.contains("asked for the service"))
    }

    @Test("A service that fails at once fails `get`, with its error")
    func failingService() async throws {
        let run = try await SiteProcess.run(["get", "/test/wait"], environment: ["TESTSITE_SERVICE": "fails"])
        #expect(run.status == 18)
        #expect(run.errors.contains("TestFailure"))
    }

    @Test("What waits while it is set up answers `routes` and `get` as any other")
    func suspends() async throws {
        let routes = try await SiteProcess.run(["routes"], environment: ["TESTSITE_SUSPENDS": "1"])
        #expect(routes.status == 0 && routes.output.contains("/virtual/text"))
        let get = try await SiteProcess.run(["get", "/test/main-actor"], environment: ["TESTSITE_SUSPENDS": "1"])
        #expect(get.status == 0 && get.output.contains("line 49"))
    }
}
