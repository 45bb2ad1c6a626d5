import Foundation
import TestSupport
import Testing

/// Downloads that are being prepared, through web servers and by clients as they are.
@Suite(.needs(.curl), .blocking, .timeLimit(.minutes(60)))
struct PreparedTests {
    static let setups: [Setup] = [.nginx, .proxied, .haproxy, .lighttpd, .caddy]

    /// Those that wait for a file without knowing that it is being prepared.
    enum Client: String, CaseIterable {
        case curl, wget, requests
    }

    private static let content = (0..<100).map { "percent \($0)\n" }.joined()

    /// Runs `body` with a site that has a spool, if its web server is there.
    private func withSite(_ setup: Setup, _ body: (Site) async throws -> Void) async throws {
        for program in setup.programs where program.path == nil {
            guard Program.allAreRequired else { try Test.cancel(Comment(rawValue: program.advice)) }
            throw Program.Missing(description: program.advice)
        }
        try await withWorkDirectory { directory in
            let site = try await Site.start(setup, options: ["--spool", directory.file("spool")])
            defer { site.directory.close() }
            try await body(site)
        }
    }

    /// How often the file was asked for.
    private func requests(_ key: String, _ site: Site) async throws -> Int {
        let words = try await site.curl("/prepared/step?key=\(key)").text.split(separator: " ")
        return words.last.flatMap { Int($0.trimmingCharacters(in: .newlines)) } ?? 0
    }

    private func start(_ client: Client, _ url: String, to file: String, _ site: Site) throws -> RunningProgram {
        switch client {
        case .curl:
            try RunningProgram(
                Program.curl.requiredPath(),
                ["-sSfL", "--noproxy", "*", "-o", file, url],
                in: site.directory
            )
        case .wget:
            try RunningProgram(
                Program.wget.requiredPath(),
                ["-q", "--no-proxy", "--tries=1", "-O", file, url],
                in: site.directory
            )
        case .requests:
            try RunningProgram(
                Program.python.requiredPath(),
                [
                    "-c",
                    """
                    import requests, sys
                    session = requests.Session()
                    session.trust_env = False
                    answer = session.get(sys.argv[1])
                    answer.raise_for_status()
                    open(sys.argv[2], "wb").write(answer.content)
                    """, url, file,
                ],
                in: site.directory
            )
        }
    }

    @Test(
        "A client that knows nothing of it waits, is sent to wait anew, and gets the file",
        .needs(.wget, .requests),
        arguments: setups
    )
    func waits(setup: Setup) async throws {
        try await withSite(setup) { site in
            var waiting: [(client: Client, program: RunningProgram, file: String)] = []
            for client in Client.allCases {
                let file = site.directory.file("\(client).txt")
                let url = site.url("/prepared/impatient?key=waits")
                waiting.append((client, try start(client, url, to: file, site), file))
            }
            // Each was sent to wait anew twice and more.
            #expect(try await eventually { try await requests("waits", site) >= 12 })
            _ = try await site.curl("/prepared/step?key=waits&to=100")
            for (client, program, file) in waiting {
                #expect(await program.status == 0, "\(client): \(program.errorText)")
                let received = FileManager.default.contents(atPath: file) ?? Data()
                #expect(String(decoding: received, as: UTF8.self) == Self.content, "\(client)")
            }
            #expect(try await site.curl("/spooled/count?key=waits").text == "1\n")
        }
    }

    @Test("A program that prefers it asks how far it is, and is led to the file", arguments: setups)
    func asksAsynchronously(setup: Setup) async throws {
        try await withSite(setup) { site in
            let origin = "http://127.0.0.1:\(site.port)"
            func at(_ place: String?) throws -> String {
                let place = try #require(place)
                // nginx and others complete what is a path.
                return String(place.replacing(origin, with: "").dropFirst(setup.prefix.count))
            }
            let accepted = try await site.curl("/prepared/steps?key=async", "-H", "Prefer: respond-async")
            #expect(accepted.status == 202)
            #expect(accepted["Preference-Applied"] == "respond-async" && accepted["Retry-After"] == "1")
            #expect(accepted["Cache-Control"] == "no-store")
            let status = try at(accepted["Location"])
            _ = try await site.curl("/prepared/step?key=async&to=40")
            #expect(
                try await eventually { try await site.curl(status).text.contains("\"progress\":0.400") }
            )
            _ = try await site.curl("/prepared/step?key=async&to=100")
            #expect(try await eventually { try await site.curl(status).status == 303 })
            let file = try await site.curl(status, "-L")
            #expect(file.status == 200 && file.text == Self.content)
            #expect(file["Content-Disposition"] == "attachment; filename=\"steps-async.txt\"")
        }
    }

    @Test("A failure is a clear status for whoever waits or asks", arguments: setups)
    func fails(setup: Setup) async throws {
        try await withSite(setup) { site in
            let waiting = try site.startCurl("/prepared/impatient?key=fails", ["-L", "--max-redirs", "50"])
            #expect(try await eventually { try await requests("fails", site) >= 3 })
            _ = try await site.curl("/prepared/step?key=fails&to=-1")
            let failed = try await Transfer(waiting)
            #expect(failed.status == 409 && failed.text.hasPrefix("409 Conflict: Step 7 went wrong."))
        }
    }
}
