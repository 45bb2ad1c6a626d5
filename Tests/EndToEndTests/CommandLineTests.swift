import Foundation
import Testing

/// The demo's commands, without any web server.
@Suite(.timeLimit(.minutes(1)))
struct CommandLineTests {
    private func run(
        _ arguments: String...,
        in directory: WorkDirectory,
        environment: [String: String] = Demo.environment
    ) async throws -> (status: Int32, output: String, errors: String) {
        let demo = try Demo.start(arguments, in: directory, environment: environment)
        let status = await demo.status
        return (status, demo.outputText, demo.errorText)
    }

    @Test("Started by hand, it says how to start it", arguments: [[], ["serve"]])
    func saysHowToStartIt(arguments: [String]) async throws {
        try await withWorkDirectory { directory in
            let demo = try Demo.start(arguments, in: directory)
            #expect(await demo.status == 64)
            #expect(demo.errorText.contains("serve --listen unix:"))
        }
    }

    @Test("routes lists every view")
    func listsRoutes() async throws {
        try await withWorkDirectory { directory in
            let (status, output, _) = try await run("routes", in: directory)
            #expect(status == 0)
            for path in ["/virtual/text", "/virtual/stringio", "/virtual/generated", "/export/orders.csv"] {
                #expect(output.contains(path + " "))
            }
        }
    }

    @Test("The views for tests are there only when asked for")
    func hidesTestViews() async throws {
        try await withWorkDirectory { directory in
            let plain = try await run("routes", in: directory, environment: [:])
            #expect(!plain.output.contains("/test/"))
            let testing = try await run("routes", in: directory)
            #expect(testing.output.contains("/test/slow"))
        }
    }

    @Test("get prints the answer", arguments: ["text", "stringio", "generated"])
    func printsAnswer(view: String) async throws {
        try await withWorkDirectory { directory in
            let (status, output, _) = try await run("get", "/virtual/\(view)", in: directory)
            #expect(status == 0)
            #expect(output.contains("attachment; filename=\"hello-world.txt\""))
            #expect(output.hasSuffix("Hello world!\n"))
        }
    }

    @Test("get -I prints no body")
    func printsHead() async throws {
        try await withWorkDirectory { directory in
            let (status, output, _) = try await run("get", "-I", "/virtual/text", in: directory)
            #expect(status == 0)
            #expect(output.lowercased().contains("content-length: 13"))
            #expect(!output.contains("Hello"))
        }
    }

    @Test("get -H sends a field")
    func sendsField() async throws {
        try await withWorkDirectory { directory in
            let (status, output, _) = try await run(
                "get",
                "/test/resumable?n=32",
                "-H",
                "Range: bytes=16-",
                in: directory
            )
            #expect(status == 0)
            #expect(output.hasSuffix("\n000000000000001\n"))
            #expect(!output.contains("000000000000000\n"))
        }
    }

    @Test("get -o writes the content alone")
    func writesFile() async throws {
        try await withWorkDirectory { directory in
            let folder = try directory.makeFolder("files")
            let (status, _, _) = try await run("get", "/virtual/generated", "-o", folder + "/hello", in: directory)
            #expect(status == 0)
            #expect(FileManager.default.contents(atPath: folder + "/hello") == Data("Hello world!\n".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["hello"])
        }
    }

    @Test(
        "get -o writes to a device, and puts no file in its place",
        arguments: ["/virtual/text", "/test/throws-midway"]
    )
    func writesToDevice(path: String) async throws {
        try await withWorkDirectory { directory in
            let folder = try directory.makeFolder("files")
            try FileManager.default.createSymbolicLink(atPath: folder + "/null", withDestinationPath: "/dev/null")
            let (status, _, _) = try await run("get", path, "-o", folder + "/null", in: directory)
            #expect(status == (path == "/virtual/text" ? 0 : 18))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["null"])
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/null") == "/dev/null")
        }
    }

    @Test("get -o refuses a folder, and leaves nothing beside it")
    func refusesFolder() async throws {
        try await withWorkDirectory { directory in
            let folder = try directory.makeFolder("files/taken")
            let (status, _, errors) = try await run("get", "/virtual/text", "-o", folder, in: directory)
            #expect(status == 64)
            #expect(errors.contains("Is a directory"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("files")) == ["taken"])
        }
    }

    @Test(
        "A download that fails leaves no file",
        arguments: ["/test/throws-midway", "/test/throws-at-once", "/test/short", "/test/long", "/no/such/view"]
    )
    func leavesNoFile(path: String) async throws {
        try await withWorkDirectory { directory in
            let folder = try directory.makeFolder("files")
            let (status, _, _) = try await run("get", path, "-o", folder + "/file", in: directory)
            #expect(status > 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test("A wrong option is an error of usage")
    func refusesWrongOption() async throws {
        try await withWorkDirectory { directory in
            let (status, _, errors) = try await run("serve", "--threads", "none", in: directory)
            #expect(status == 64)
            #expect(errors.contains("--threads"))
        }
    }
}
