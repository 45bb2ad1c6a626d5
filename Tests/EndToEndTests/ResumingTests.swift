import Foundation
import TestSupport
import Testing

/// Clients that continue a download, or fetch it in parts, end with the same bytes.
@Suite(.sites, .needs(.curl, .nginx), .blocking, .timeLimit(.minutes(5)))
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

    @Test("aria2c -x8 fetches eight parts at once", .needs(.aria2c), arguments: setups)
    func fetchesPartsWithAria(setup: Setup) async throws {
        let (site, whole, file) = try await begun(setup)
        try FileManager.default.removeItem(atPath: file)
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        let aria = try RunningProgram(
            Program.aria2c.requiredPath(),
            ["--no-conf", "-x8", "-s8", "-k", "1M", "--min-split-size=1M", "--max-tries=1", "--file-allocation=none"]
                + ["--all-proxy=", "-d", folder, "-o", "numbers.txt", site.url(Self.path)],
            in: site.directory
        )
        #expect(await aria.status == 0)
        #expect(FileManager.default.contents(atPath: file) == whole)
    }

    @Test(
        "Clients that resume, fetch in parts and seek end with the very bytes that were computed apart",
        .needs(.wget, .aria2c, .python, .requests),
        arguments: setups
    )
    func endsWithComputedBytes(setup: Setup) async throws {
        let site = try await Sites.current.site(setup)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Large/resume.py").path
        let python = try RunningProgram(
            Program.python.requiredPath(),
            [
                "-B", script, site.url("/test/resumable"), "20000003", "--only", "curl", "wget", "aria2c", "requests",
                "video",
            ],
            in: site.directory,
            environment: ["TMPDIR": site.directory.path]
        )
        #expect(await python.status == 0, Comment(rawValue: python.outputText + python.errorText))
        #expect(python.outputText.split(separator: "\n").filter { $0.hasPrefix("ok ") }.count == 5)
    }

    @Test("A browser's video element sees where it may seek, and gives up each request for the next", arguments: setups)
    func seeks(setup: Setup) async throws {
        let (site, whole, _) = try await begun(setup)
        let first = try site.startCurl(Self.path, ["-H", "Range: bytes=0-", "--limit-rate", "100k"])
        #expect(await eventually { first.outputData.count > 10_000 })
        first.signal(SIGTERM)
        _ = await first.status
        #expect(first.errorText.contains("bytes 0-\(Self.count - 1)/\(Self.count)"))
        let tag = try #require(try await Transfer(first)["ETag"])
        for place in [2_000_000, 1, Self.count - 1, 999_999] {
            let part = try await site.curl(Self.path, "-H", "Range: bytes=\(place)-", "-H", "If-Range: \(tag)")
            #expect(part.status == 206)
            #expect(part["Content-Range"] == "bytes \(place)-\(Self.count - 1)/\(Self.count)")
            #expect(part.body == whole.dropFirst(place))
        }
        let changed = try await site.curl(Self.path, "-H", "Range: bytes=5-", "-H", "If-Range: \"another\"")
        #expect(changed.status == 200)
        #expect(changed.body == whole)
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
