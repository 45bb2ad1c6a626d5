import Foundation
import TestSupport
import Testing

/// Clients that continue a download, or fetch it in parts, end with the same bytes.
@Suite(.sites, .needs(.curl, .nginx), .blocking, .timeLimit(.minutes(60)))
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

    @Test(
        "Content that can't be had in parts is never put together from two of its kind",
        arguments: Setup.allCases
    )
    func neverSplices(setup: Setup) async throws {
        let site = try await Sites.current.site(setup)
        let folder = try site.directory.makeFolder("spliced-\(UUID().uuidString.prefix(8))")
        let file = folder + "/lines.txt"
        // Every time others; a server in front that hears nothing of parts may cut them out of the whole itself.
        let first = try await site.curl("/test/main-actor", "-r", "0-199", "-o", file)
        #expect(first.status == 200 && first["Accept-Ranges"] == "none")
        let second = try await site.curl("/test/main-actor", "-C", "-", "-o", file)
        // 33: it does not do ranges, and 18: it has not sent what it declared.
        #expect(second.exit != 0 && second.status != 206)
        let text = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
        let numbers = text.split(separator: "\n").compactMap { Int($0.dropFirst("line ".count)) }
        let firstNumber = try #require(numbers.first)
        #expect(numbers == Array(firstNumber..<firstNumber + 50))
    }

    @Test(
        "aria2c continues a file whose name had to be cut to leave room for its own ending",
        .needs(.aria2c),
        arguments: [.nginx, .proxied] as [Setup]
    )
    func continuesLongNames(setup: Setup) async throws {
        let site = try await Sites.current.site(setup)
        let folder = try site.directory.makeFolder("long-\(UUID().uuidString.prefix(8))")
        // 400 bytes.
        let name = String(repeating: "%C3%BC", count: 198) + ".txt"
        let path = "\(Self.path)&name=\(name)"
        func start(_ options: String...) throws -> RunningProgram {
            try RunningProgram(
                Program.aria2c.requiredPath(),
                ["--no-conf", "-c", "--max-tries=1", "--file-allocation=none", "--all-proxy=", "-d", folder]
                    + ["--auto-save-interval=1"] + options + [site.url(path)],
                in: site.directory
            )
        }
        func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }
        let first = try start("--max-download-limit=500K")
        let hasBegun = try await eventually {
            try files()
                .contains { name in
                    let size = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int
                    return name.hasSuffix(".txt") && size ?? 0 > 300_000
                }
        }
        #expect(hasBegun)
        first.signal(SIGINT)
        #expect(await first.status != 0)
        #expect(try files().contains { $0.hasSuffix(".txt.aria2") }, "what it continues by")
        let second = try start()
        #expect(await second.status == 0)
        let ended = try files()
        #expect(ended.count == 1 && ended[0].utf8.count > 150 && ended[0].hasSuffix(".txt"))
        let whole = try await site.curl(Self.path).body
        #expect(whole.count == Self.count && FileManager.default.contents(atPath: "\(folder)/\(ended[0])") == whole)
    }

    @Test("wget -c continues", .needs(.wget), arguments: setups)
    func continuesWithWget(setup: Setup) async throws {
        let (site, whole, file) = try await begun(setup)
        let wget = try RunningProgram(
            Program.wget.requiredPath(),
            ["-c", "--tries=1", "--timeout=300", "--no-proxy", "-O", file, site.url(Self.path)],
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
        let status = await python.status
        #expect(status == 0, Comment(rawValue: python.outputText + python.errorText + site.complaints))
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
                answer = session.get(sys.argv[1], timeout=300)
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
