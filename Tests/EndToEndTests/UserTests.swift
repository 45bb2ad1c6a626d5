import TestSupport
import Testing

/// Users whom the web server authenticates.
@Suite(.sites, .needs(.curl, .nginx, .apache, .apacheFcgid, .haproxy), .blocking, .timeLimit(.minutes(60)))
struct UserTests {
    @Test(
        "The application is told the user who has logged in",
        arguments: [Setup.nginx, .fcgid, .proxied, .cgid, .haproxy]
    )
    func tellsUser(setup: Setup) async throws {
        let site = try await Site.start(setup, hasUsers: true)
        defer { site.directory.close() }
        let answer = try await site.curl("/test/user", "-u", Passwords.anna, "-H", "Remote-User: bo")
        #expect(answer.text == "“anna”")
        #expect(answer["Cache-Control"] == "private")
        for login in ["anna:wrong", "bo:secret", ":"] {
            let refused = try await site.curl("/test/user", "-u", login)
            #expect(refused.status == 401)
        }
        #expect(try await site.curl("/test/user").status == 401)
    }

    // nginx and HAProxy take the name from any Authorization field, and mod_cgid passes that field on.
    @Test("Where nobody has to log in, the user that a client claims to be is none", arguments: Setup.allCases)
    func believesNoClient(setup: Setup) async throws {
        let site = try await Sites.current.site(setup)
        let answer = try await site.curl(
            "/test/user",
            "-u",
            Passwords.anna,
            "-H",
            "Remote-User: bo",
            "-H",
            "Remote_User: bo"
        )
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
    }
}
