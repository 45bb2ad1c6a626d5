import TestSupport
import Testing

/// The status page behind the web servers.
@Suite(.needs(.curl, .nginx, .apache), .blocking, .timeLimit(.minutes(60)))
struct StatusTests {
    @Test(
        "The status is shown to the address that the web server lets see it, and to no other",
        arguments: [Setup.nginx, .proxied]
    )
    func isRestricted(setup: Setup) async throws {
        let site = try await Site.start(
            setup,
            options: ["--status-path", setup.prefix + "/status"],
            statusReader: "127.0.0.2"
        )
        defer { site.directory.close() }
        for path in ["/status", "/status.json", "/status.prometheus"] {
            let allowed = try await site.curl(path, "--interface", "127.0.0.2")
            #expect(allowed.status == 200)
            let refused = try await site.curl(path)
            #expect(refused.status == 403)
        }
        #expect(try await site.curl("/virtual/text").status == 200)
    }
}
