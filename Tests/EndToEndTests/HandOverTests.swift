import Foundation
import TestSupport
import Testing

/// Web servers send the files of the spool by themselves, and the client sees nothing of it.
@Suite(.needs(.curl), .blocking, .timeLimit(.minutes(60)))
struct HandOverTests {
    private static let count = 3_000_005

    private static let content = numberedLines(count)

    /// Runs `body` with a site, if its web server is there.
    private func withSite(_ kind: SpoolSite.Server, _ body: (SpoolSite) async throws -> Void) async throws {
        guard kind.program.path != nil else {
            guard Program.allAreRequired else { try Test.cancel(Comment(rawValue: kind.program.advice)) }
            throw Program.Missing(description: kind.program.advice)
        }
        let site = try await SpoolSite.start(kind)
        defer { site.directory.close() }
        try await body(site)
    }

    @Test("A file of the spool is like the stream that it was made of", arguments: SpoolSite.Server.allCases)
    func isLikeTheStream(kind: SpoolSite.Server) async throws {
        try await withSite(kind) { site in
            let path = "/spooled/numbers?n=\(Self.count)&key=a"
            let stream = try await site.curl(path)
            #expect(stream.status == 200 && stream.exit == 0)
            #expect(stream.body == Self.content)
            #expect(stream["Content-Length"] == nil)
            let tag = try #require(stream["ETag"])
            #expect(await eventually { site.files.count == 1 })

            let whole = try await site.curl(path)
            #expect(whole.status == 200 && whole.exit == 0)
            #expect(whole.body == Self.content)
            #expect(whole["Content-Length"] == String(Self.count))
            for name in ["ETag", "Content-Type", "Content-Disposition", "X-Content-Type-Options"] {
                #expect(whole[name] == stream[name], "\(name)")
            }
            #expect(whole["Repr-Digest"]?.hasPrefix("sha-256=:") == true)
            #expect(whole.lines.filter { $0.lowercased().hasPrefix("accept-ranges:") }.count == 1)
            for answer in [stream, whole] {
                #expect(answer["X-Accel-Redirect"] == nil && answer["X-Sendfile"] == nil)
                #expect(!answer.head.contains(site.spool))
            }

            let part = try await site.curl(path, "-H", "Range: bytes=1000000-", "-H", "If-Range: \(tag)")
            #expect(part.status == 206)
            #expect(part["Content-Range"] == "bytes 1000000-\(Self.count - 1)/\(Self.count)")
            #expect(part["ETag"] == tag)
            #expect(part.body == Self.content.dropFirst(1_000_000))
            let foreign = try await site.curl(path, "-H", "Range: bytes=1000000-", "-H", "If-Range: \"other\"")
            #expect(foreign.status == 200 && foreign.body == Self.content)

            #expect(try await site.curl(path, "-H", "If-None-Match: \(tag)").status == 304)
            #expect(try await site.curl(path, "-H", "If-Match: \"other\"").status == 412)
            let matching = try await site.curl(path, "-H", "If-Match: \(tag)")
            #expect(matching.status == 200 && matching.body == Self.content)
            let beyond = try await site.curl(path, "-H", "Range: bytes=99999999-")
            #expect(beyond.status == 416 && beyond["Content-Range"] == "bytes */\(Self.count)")
            let head = try await site.curl(path, "-I")
            #expect(head.status == 200 && head["Content-Length"] == String(Self.count) && head["ETag"] == tag)
        }
    }

    @Test("A download that was begun on the stream resumes on the file", arguments: SpoolSite.Server.allCases)
    func resumes(kind: SpoolSite.Server) async throws {
        try await withSite(kind) { site in
            let path = "/spooled/numbers?n=\(Self.count)&key=b"
            let file = site.directory.file("numbers.txt")
            let stream = try await site.curl(path)
            #expect(await eventually { site.files.count == 1 })
            try stream.body.prefix(1_234_567).write(to: URL(fileURLWithPath: file))
            if getuid() == 0 { _ = unsafe chown(file, Account.nobody.user, Account.nobody.group) }
            let rest = try await site.curl(path, "-C", "-", "-o", file)
            #expect(rest.status == 206 && rest.exit == 0)
            #expect(FileManager.default.contents(atPath: file) == Self.content)
        }
    }

    @Test("The spool can't be asked for by its own name", arguments: [SpoolSite.Server.nginx, .caddy])
    func isInternal(kind: SpoolSite.Server) async throws {
        try await withSite(kind) { site in
            _ = try await site.curl("/spooled/numbers?n=1000&key=c")
            #expect(await eventually { site.files.count == 1 })
            let name = try #require(site.files.first)
            #expect(try await site.curl("/-spool/\(name)").status == 404)
            // Nor does a client's word hand anything over.
            let spoofed = try await site.curl(
                "/spooled/numbers?n=1000&key=c",
                "-H",
                "Downloads-Handover: X-Sendfile /",
                "-H",
                "X-Accel-Redirect: /etc/passwd"
            )
            #expect(spoofed.status == 200 && spoofed.body == Self.content.prefix(1000))
        }
    }

    @Test("Fifty clients share one generation, one of them slow, the first leaving early")
    func fiftyClients() async throws {
        try await withSite(.nginx) { site in
            let path = "/spooled/numbers?n=\(Self.count)&key=d"
            let leaving = try await site.start(path, "--max-filesize", "100000000", "--limit-rate", "1M")
            #expect(await eventually { leaving.outputData.count > 100_000 })
            let slow = try await site.start(path, "--limit-rate", "10k")
            #expect(await eventually { slow.outputData.count > 0 })
            leaving.signal(SIGTERM)
            let others = try await withThrowingTaskGroup(of: Transfer.self) { group in
                for _ in 0..<48 { group.addTask { try await site.curl(path) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(others.count == 48)
            for other in others { #expect(other.exit == 0 && other.body == Self.content) }
            #expect(slow.outputData.count < Self.count)
            slow.signal(SIGTERM)
            #expect(try await site.curl("/spooled/count?key=d").text == "1\n")
        }
    }

    @Test("A client of 10 KB/s gets all of a file that others had in a moment")
    func slowToTheEnd() async throws {
        try await withSite(.nginx) { site in
            let count = 60_000
            let path = "/spooled/numbers?n=\(count)&key=e"
            let slow = try await site.start(path, "--limit-rate", "10k")
            #expect(await eventually { slow.outputData.count > 0 })
            for _ in 0..<48 { #expect(try await site.curl(path).body == Self.content.prefix(count)) }
            #expect(await slow.status == 0)
            #expect(slow.outputData == Self.content.prefix(count))
            #expect(site.generations(of: "e") == 1)
        }
    }

    @Test(
        "Among processes that Apache starts there is one generation, which all clients share",
        arguments: [SpoolSite.Server.fcgid, .cgid]
    )
    func oneAmongProcesses(kind: SpoolSite.Server) async throws {
        try await withSite(kind) { site in
            for (key, size) in [("f", ""), ("g", "&size=1")] {
                let path = "/spooled/numbers?n=\(Self.count)&key=\(key)\(size)"
                let answers = try await withThrowingTaskGroup(of: Transfer.self) { group in
                    for _ in 0..<12 { group.addTask { try await site.curl(path) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                for answer in answers { #expect(answer.exit == 0 && answer.body == Self.content, "\(answer.head)") }
                #expect(Set(answers.map { $0["ETag"] }).count == 1)
                #expect(await eventually { site.files.count == (key == "f" ? 1 : 2) })
                // Afterwards, too, in processes that know nothing of the first.
                let part = try await site.curl(path, "-r", "5-14")
                #expect(part.status == 206 && part.body == Self.content[5...14])
                #expect(site.generations(of: key) == 1)
            }
        }
    }
}

extension SpoolSite {
    fileprivate func start(_ path: String, _ options: String...) async throws -> RunningProgram {
        try RunningProgram(
            Program.curl.requiredPath(),
            ["-sS", "--noproxy", "*", "-N", "--max-time", "600"] + options + [url(path)],
            in: directory
        )
    }
}
