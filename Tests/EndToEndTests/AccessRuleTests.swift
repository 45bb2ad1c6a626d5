import Foundation
import TestSupport
import Testing

/// What a rule of the web server protects is protected however a client writes the path.
@Suite(.blocking, .timeLimit(.minutes(60)))
struct AccessRuleTests {
    private func withSite(_ setup: Setup, _ body: (Site) async throws -> Void) async throws {
        for program in setup.programs where program.path == nil {
            guard Program.allAreRequired else { try Test.cancel(Comment(rawValue: program.advice)) }
            throw Program.Missing(description: program.advice)
        }
        let site = try await Site.start(setup, hasAccessRules: true)
        defer { site.directory.close() }
        try await body(site)
    }

    @Test("Nothing that a rule protects is answered 200 under another spelling of its path", arguments: Setup.withRules)
    func protects(setup: Setup) async throws {
        try await withSite(setup) { site in
            for path in ["/paths/Kunden.csv", "/paths/Kunden/a", "/island/x", "/island/x/y"] {
                #expect(try RawAnswer.get(setup.prefix + path, port: site.port).status == 403)
            }
            var counts: [Int: Int] = [:]
            for path in ["/paths/Kunden.csv", "/paths/Kunden/a", "/island/x", "/island/open/x", "/island/open/../x"] {
                for (kind, target) in Spelling.all(of: setup.prefix + path, host: "127.0.0.1:\(site.port)") {
                    let answer = try RawAnswer.get(target, port: site.port)
                    counts[answer.status ?? 0, default: 0] += 1
                    // The application has answered, whatever it thinks of the path.
                    #expect(answer.status != 502, "\(kind): \(target)")
                    #expect(!answer.body.contains("route=protected"), "\(kind): \(target)")
                    if answer.status == 200 { #expect(answer.body.contains("route=open"), "\(kind): \(target)") }
                }
            }
            // The rules let something through, or all of this would show nothing.
            #expect(counts[200, default: 0] >= 20, "\(counts)")
        }
    }

    @Test("A path that no rule names is answered in the spelling that clients use", arguments: Setup.withRules)
    func answers(setup: Setup) async throws {
        try await withSite(setup) { site in
            for (path, answer) in [
                ("/paths/a", "route=open name=a"), ("/paths/a%20b", "route=open name=a b"),
                ("/paths/%C3%A9;x=1+2,(3)", "route=open name=é;x=1+2,(3)"), ("/paths/a%2Cb", "route=open name=a,b"),
                ("/paths/100%25", "route=open name=100%"), ("/paths/a%3Fb%23c", "route=open name=a?b#c"),
                ("/paths/a%252Fb", "route=open name=a%2Fb"), ("/paths/tree/a/b/c", "route=open name=a/b/c"),
                ("/island/open/x", "route=open name=x"),
            ] {
                let result = try RawAnswer.get(setup.prefix + path, port: site.port)
                #expect(result.status == 200 && result.body.contains(answer), "\(path): \(result)")
            }
            // Part of the name where the server's rules see it so, and nowhere a separator.
            let result = try RawAnswer.get(setup.prefix + "/paths/a%2Fb", port: site.port)
            if setup.isApache {
                #expect(result.body.contains("route=open name=a/b"), "\(result)")
            } else {
                #expect(result.status == 404, "\(result)")
            }
        }
    }
}
