import Foundation
import TestSupport
import Testing

/// The socket that the demo makes for itself.
@Suite(.blocking, .timeLimit(.minutes(60)))
struct SocketTests {
    @Test("A unix socket has the mode it is given", arguments: ["0660", "0600", "0666"])
    func hasItsMode(mode: String) async throws {
        try await withWorkDirectory { directory in
            let path = directory.file("demo.sock")
            _ = try TestSite.start(["serve", "--listen", "unix:\(path)", "--socket-mode", mode], in: directory)
            let isThere = await eventually {
                let attributes = try? FileManager.default.attributesOfItem(atPath: path)
                return attributes?[.posixPermissions] as? Int == Int(mode, radix: 8)
            }
            #expect(isThere)
        }
    }

    @Test("A list of web servers that would match none is refused on a port, with what to do")
    func refusesUnusablePeers() async throws {
        try await withWorkDirectory { directory in
            let environment = ["FCGI_WEB_SERVER_ADDRS": "127.0.0.1,localhost"]
            let demo = try TestSite.start(
                ["serve", "--listen", "127.0.0.1:0"],
                in: directory,
                environment: environment
            )
            #expect(await eventually { demo.errorText.contains("“localhost”, which is not an IP address; write") })
            #expect(await demo.status == 69)
        }
    }

    @Test("A regular file at the path is refused and left alone")
    func refusesRegularFile() async throws {
        try await withWorkDirectory { directory in
            let path = try directory.write("precious", to: "demo.sock")
            let demo = try TestSite.start(["serve", "--listen", "unix:\(path)"], in: directory)
            #expect(await demo.status > 0)
            #expect(demo.errorText.contains(path))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        }
    }

    @Test("The socket of a process that is gone is replaced")
    func replacesStaleSocket() async throws {
        try await withWorkDirectory { directory in
            let path = directory.file("demo.sock")
            let first = try TestSite.start(["serve", "--listen", "unix:\(path)"], in: directory)
            #expect(await eventually { FileManager.default.fileExists(atPath: path) })
            first.signal(SIGKILL)
            #expect(await first.status == -SIGKILL)
            #expect(FileManager.default.fileExists(atPath: path))
            _ = try TestSite.start(["serve", "--listen", "unix:\(path)"], in: directory)
            #expect(await eventually { await text(at: path).contains("Hello world!") })
        }
    }

    @Test("A socket that a process serves is not taken away")
    func keepsLiveSocket() async throws {
        try await withWorkDirectory { directory in
            let path = directory.file("demo.sock")
            _ = try TestSite.start(["serve", "--listen", "unix:\(path)"], in: directory)
            #expect(await eventually { await text(at: path).contains("Hello world!") })
            let second = try TestSite.start(["serve", "--listen", "unix:\(path)"], in: directory)
            #expect(await second.status > 0)
            #expect(await text(at: path).contains("Hello world!"))
        }
    }

    @Test("spawn-fcgi's socket is served", .needs(.cgiFCGI, .spawnFCGI))
    func servesSpawnedSocket() async throws {
        try await withWorkDirectory { directory in
            let path = directory.file("demo.sock")
            _ = try TestSite.spawn(socket: path, in: directory)
            let answers = try await eventually {
                let answer = try await ask(path, in: directory)
                return answer.contains("Hello world!") && answer.contains("filename=\"hello-world.txt\"")
            }
            #expect(answers)
        }
    }

    @Test(
        "Started by spawn-fcgi as people do, it serves in the background and ends at SIGTERM",
        .needs(.cgiFCGI, .spawnFCGI)
    )
    func servesInBackground() async throws {
        try await withWorkDirectory { directory in
            let path = directory.file("demo.sock")
            let spawner = try RunningProgram(
                Program.spawnFCGI.requiredPath(),
                ["-s", path, "-P", directory.file("pid"), "--", TestSite.path()],
                in: directory
            )
            #expect(await spawner.status == 0)
            let text = try String(contentsOfFile: directory.file("pid"), encoding: .utf8)
            let process = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            // It has a session of its own.
            directory.add(group: process)
            #expect(try await eventually { try await ask(path, in: directory).contains("Hello world!") })
            kill(process, SIGTERM)
            #expect(await eventually { kill(process, 0) != 0 })
        }
    }

    @Test("In a folder, by the split of whoever asks", arguments: ["/cgi-bin/demo", "/d/e"])
    func servesInFolder(script: String) async throws {
        try await withWorkDirectory { directory in
            let path = directory.file("demo.sock")
            _ = try TestSite.start(["serve", "--listen", "unix:\(path)"], in: directory)
            let variables = ["SCRIPT_NAME": script, "PATH_INFO": "/virtual/text"]
            for uri in ["\(script)/virtual/text", "", "/pretty"] {
                let answers = await eventually {
                    await text(at: path, variables.merging(["REQUEST_URI": uri]) { $1 }).contains("Hello world!")
                }
                #expect(answers, "\(uri)")
            }
        }
    }

    /// What `/virtual/text` is answered; empty if nobody serves there.
    private func text(at socket: String, _ variables: [String: String] = [:]) async -> String {
        await FastCGIClient.get("/virtual/text", at: .unix(socket), variables) ?? ""
    }

    /// What libfcgi's client prints of it, as the manual shows.
    private func ask(_ socket: String, in directory: WorkDirectory) async throws -> String {
        let client = try RunningProgram(
            Program.cgiFCGI.requiredPath(),
            ["-bind", "-connect", socket],
            in: directory,
            environment: ["REQUEST_METHOD": "GET", "REQUEST_URI": "/virtual/text"]
        )
        _ = await client.status
        return client.outputText
    }
}
