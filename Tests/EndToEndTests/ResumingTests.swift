import Foundation
import Testing

/// Clients that continue a download, or fetch it in parts, end with the same bytes.
@Suite(.sites, .needs(.curl, .nginx), .timeLimit(.minutes(1)))
struct ResumingTests {
    private static let count = 3_000_001
    private static let path = "/test/resumable?n=\(count)"

    private static let setups: [Setup] = [.nginx, .fcgid, .proxied]

    /// The site, the whole content, and a file that has the first third of it.
    private func begun(_ setup: Setup) async throws -> (site: Site, whole: Data, file: String) {
        let site = try await Sites.current.site(setup)
        let whole = try await site.curl(Self.path).body
        try #require(whole.count == Self.count)
        let folder = try site.directory.makeFolder("part-\(UUID().uuidString.prefix(8))")
        let file = folder + "/numbers.txt"
        try whole.prefix(1_000_000).write(to: URL(fileURLWithPath: file))
        if getuid() == 0 { _ = unsafe chown(file, Account.nobody.user, Account.nobody.group) }
        return (site, whole, file)
    }

    @Test("curl -C - continues", arguments: setups)
    func continuesWithCurl(setup: Setup) async throws {
        let (site, whole, file) = try await begun(setup)
        let answer = try await site.curl(Self.path, "-C", "-", "-o", file)
        #expect(answer.exit == 0)
        #expect(answer.status == 206)
        #expect(FileManager.default.contents(atPath: file) == whole)
    }

    @Test("wget -c continues", .needs(.wget), arguments: setups)
    func continuesWithWget(setup: Setup) async throws {
        let (site, whole, file) = try await begun(setup)
        let wget = try RunningProgram(
            Program.wget.requiredPath(),
            ["-c", "--tries=1", "--timeout=20", "--no-proxy", "-O", file, site.url(Self.path)],
            in: site.directory
        )
        #expect(await wget.status == 0)
        #expect(wget.errorText.contains("206 Partial Content"))
        #expect(FileManager.default.contents(atPath: file) == whole)
    }

    @Test("aria2c -x4 fetches four parts at once", .needs(.aria2c), arguments: setups)
    func fetchesPartsWithAria(setup: Setup) async throws {
        let (site, whole, file) = try await begun(setup)
        try FileManager.default.removeItem(atPath: file)
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        let aria = try RunningProgram(
            Program.aria2c.requiredPath(),
            ["--no-conf", "-x4", "-s4", "-k", "1M", "--min-split-size=1M", "--max-tries=1", "--file-allocation=none"]
                + ["--all-proxy=", "-d", folder, "-o", "numbers.txt", site.url(Self.path)],
            in: site.directory
        )
        #expect(await aria.status == 0)
        #expect(FileManager.default.contents(atPath: file) == whole)
    }

    @Test("Python's requests reads a download", .needs(.python, .requests), arguments: Setup.fastCGI)
    func isReadByPython(setup: Setup) async throws {
        let site = try await Sites.current.site(setup)
        let python = try RunningProgram(
            Program.python.requiredPath(),
            [
                "-c",
                """
                import requests, sys
                session = requests.Session()
                session.trust_env = False
                session.verify = False
                answer = session.get(sys.argv[1], timeout=20)
                print(answer.status_code, len(answer.content), answer.headers['Content-Disposition'])
                """,
                site.url("/bench/gen?n=1234567"),
            ],
            in: site.directory,
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"]
        )
        #expect(await python.status == 0, Comment(rawValue: python.errorText))
        #expect(python.outputText == "200 1234567 attachment; filename=\"generated.bin\"\n")
    }
}
