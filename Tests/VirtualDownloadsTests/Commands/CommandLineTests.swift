import ArgumentParser
import DownloadCore
import DownloadSystem
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import VirtualDownloads

private struct Site: DownloadApplication {
    var routes: Routes { Routes {} }
}

@Suite(.blocking, .timeLimit(.minutes(60))) struct CommandLineTests {
    /// A path nothing stands at, removed afterwards with what else begins like it.
    private static func withOutput(_ body: (URL) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "get-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory.appending(path: "output"))
    }

    @Test("get prints what a client would be sent", arguments: ["text", "stringio", "generated"])
    func get(view: String) async throws {
        let run = try await SiteProcess.run(["get", "/virtual/\(view)"])
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("HTTP/1.1 200 OK\n"))
        #expect(run.output.contains("\nContent-Disposition: attachment; filename=\"hello-world.txt\"\n"))
        #expect(run.output.hasSuffix("\n\nHello world!\n"))
    }

    @Test("get prints all that came of a download that failed on the way")
    func getMidway() async throws {
        // The second piece comes at once after the first.
        let run = try await SiteProcess.run(["get", "/test/throws-midway?after=70000"])
        #expect(run.status == 18)
        #expect(run.output.utf8.count { $0 == UInt8(ascii: "A") } >= 70_000)
    }

    @Test("get -o leaves the content in the file, and nothing beside it")
    func output() async throws {
        try await Self.withOutput { output in
            let run = try await SiteProcess.run(["get", "/virtual/text", "-o", output.path])
            #expect(run.status == 0)
            #expect(try String(contentsOf: output, encoding: .utf8) == "Hello world!\n")
            let files = try FileManager.default.contentsOfDirectory(atPath: output.deletingLastPathComponent().path)
            #expect(files == ["output"])
        }
    }

    @Test(
        "get -o leaves no file of an answer that failed, and keeps the one there was",
        arguments: [
            ("/test/throws-midway", 18), ("/test/short", 18), ("/test/long", 22), ("/test/throws-at-once", 22),
            ("/nothing", 22),
        ],
        [true, false]
    )
    func failedOutput(expectation: (target: String, status: Int32), existed: Bool) async throws {
        try await Self.withOutput { output in
            if existed { try Data("before".utf8).write(to: output) }
            let run = try await SiteProcess.run(
                ["get", expectation.target, "-o", output.path]
            )
            #expect(run.status == expectation.status)
            #expect((try? String(contentsOf: output, encoding: .utf8)) == (existed ? "before" : nil))
            let files = try FileManager.default.contentsOfDirectory(atPath: output.deletingLastPathComponent().path)
            #expect(files == (existed ? ["output"] : []))
        }
    }

    @Test(
        "get -o touches no other file, whatever it is called",
        arguments: [("/virtual/text", 0), ("/test/throws-midway", 18), ("/nothing", 22)]
    )
    func otherFiles(target: String, status: Int32) async throws {
        try await Self.withOutput { output in
            let others = ["part", "part2"].map { output.appendingPathExtension($0) }
            for other in others { try Data("mine".utf8).write(to: other) }
            let run = try await SiteProcess.run(["get", target, "-o", output.path])
            #expect(run.status == status)
            for other in others { #expect((try? String(contentsOf: other, encoding: .utf8)) == "mine") }
            let files = try FileManager.default.contentsOfDirectory(atPath: output.deletingLastPathComponent().path)
            #expect(files.sorted() == (status == 0 ? ["output"] : []) + ["output.part", "output.part2"])
        }
    }

    @Test(
        "get -o writes under a name as long as the file system takes",
        arguments: [String(repeating: "a", count: 255), String(repeating: "é", count: 127) + "a"]
    )
    func longName(name: String) async throws {
        try await Self.withOutput { output in
            let file = output.deletingLastPathComponent().appendingPathComponent(name)
            let run = try await SiteProcess.run(["get", "/virtual/text", "-o", file.path])
            #expect(run.status == 0)
            #expect(try String(contentsOf: file, encoding: .utf8) == "Hello world!\n")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: output.deletingLastPathComponent().path).count == 1
            )
        }
    }

    @Test("get -o leaves nothing behind when it is interrupted", arguments: [SIGINT, SIGTERM, SIGHUP])
    func interrupted(signal: Int32) async throws {
        try await Self.withOutput { output in
            let directory = output.deletingLastPathComponent().path
            let process = try SiteProcess.start(["get", "/test/wait", "-o", output.path])
            let part = output.appendingPathExtension("part")
            #expect(await eventually { (try? Data(contentsOf: part)) == Data("waiting\n".utf8) })
            process.signal(signal)
            #expect(await process.status == -signal)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        }
    }

    @Test("get -o lets nobody read a file who could not before")
    func keptPermissions() async throws {
        try await Self.withOutput { output in
            try Data("before".utf8).write(to: output)
            try #require(unsafe chmod(output.path, 0o600) == 0)
            #expect(try await SiteProcess.run(["get", "/virtual/text", "-o", output.path]).status == 0)
            #expect(try String(contentsOf: output, encoding: .utf8) == "Hello world!\n")
            let permissions = try FileManager.default.attributesOfItem(atPath: output.path)[.posixPermissions] as? Int
            #expect(permissions == 0o600)
        }
    }

    @Test("get -o of a read-only file is refused before anything is downloaded, and the file stays")
    func readOnlyOutput() async throws {
        try await Self.withOutput { output in
            try Data("before".utf8).write(to: output)
            try #require(unsafe chmod(output.path, 0o444) == 0)
            let run = try await SiteProcess.run(["get", "/virtual/text", "-o", output.path], asOwnerOf: output)
            #expect(run.status == 64 && run.output == "")
            #expect(run.errors.hasPrefix("Error: Can't write \(output.path): Permission denied.\n"))
            #expect(try String(contentsOf: output, encoding: .utf8) == "before")
            let files = try FileManager.default.contentsOfDirectory(atPath: output.deletingLastPathComponent().path)
            #expect(files == ["output"])
        }
    }

    @Test("get -o of a link to nothing is refused, and leaves the link")
    func linkToNothing() async throws {
        try await Self.withOutput { output in
            let file = output.appendingPathExtension("real")
            try FileManager.default.createSymbolicLink(at: output, withDestinationURL: file)
            let run = try await SiteProcess.run(["get", "/virtual/text", "-o", output.path])
            #expect(run.status == 64 && run.output == "" && run.errors.contains("Can't write \(output.path)"))
            #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: output.path)) == file.path)
            let files = try FileManager.default.contentsOfDirectory(atPath: output.deletingLastPathComponent().path)
            #expect(files == ["output"])
        }
    }

    @Test("get says on standard error why a view refuses")
    func reason() async throws {
        let run = try await SiteProcess.run(["get", "/export/orders.csv?rows=many"])
        #expect(run.status == 22)
        #expect(run.output.hasSuffix("\n\n400 Bad Request\n"))
        #expect(run.errors == "testsite: 400 Bad Request: the query item rows is not a number in 0...1000000\n")
    }

    @Test("get -o writes into a pipe and through a link, and leaves both what they are")
    func specialOutput() async throws {
        try await Self.withOutput { output in
            #expect(unsafe mkfifo(output.path, 0o600) == 0)
            // Open at both ends, so that neither waits for the other.
            let pipe = try FileHandle(forUpdating: output)
            #expect(try await SiteProcess.run(["get", "/virtual/text", "-o", output.path]).status == 0)
            let type = try FileManager.default.attributesOfItem(atPath: output.path)[.type] as? FileAttributeType
            try #require(type != .typeRegular)
            #expect(pipe.availableData == Data("Hello world!\n".utf8))
        }
        try await Self.withOutput { output in
            let file = output.appendingPathExtension("real")
            try Data("before".utf8).write(to: file)
            try FileManager.default.createSymbolicLink(at: output, withDestinationURL: file)
            #expect(try await SiteProcess.run(["get", "/virtual/text", "-o", output.path]).status == 0)
            #expect(try String(contentsOf: file, encoding: .utf8) == "Hello world!\n")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: output.path) == file.path)
        }
    }

    @Test(
        "get -o writes to a device, and puts no file in its place",
        arguments: [("/virtual/text", 0), ("/test/throws-midway", 18)]
    )
    func deviceOutput(path: String, status: Int32) async throws {
        try await Self.withOutput { output in
            try FileManager.default.createSymbolicLink(atPath: output.path, withDestinationPath: "/dev/null")
            let run = try await SiteProcess.run(["get", path, "-o", output.path])
            #expect(run.status == status)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: output.path) == "/dev/null")
            let files = try FileManager.default.contentsOfDirectory(atPath: output.deletingLastPathComponent().path)
            #expect(files == ["output"])
        }
    }

    @Test(
        "get -o keeps the file there was if the answer is none to be saved",
        arguments: [["-H", "If-None-Match: *"], ["-I"], ["-X", "OPTIONS"]]
    )
    func unsavedOutput(arguments: [String]) async throws {
        try await Self.withOutput { output in
            try Data("before".utf8).write(to: output)
            let run = try await SiteProcess.run(
                ["get", "/test/validated", "-o", output.path] + arguments
            )
            #expect(run.status == 0)
            #expect(try String(contentsOf: output, encoding: .utf8) == "before")
            let files = try FileManager.default.contentsOfDirectory(atPath: output.deletingLastPathComponent().path)
            #expect(files == ["output"])
        }
    }

    @Test("get -o of a directory is refused before anything is downloaded")
    func directoryOutput() async throws {
        try await Self.withOutput { output in
            try FileManager.default.createDirectory(at: output, withIntermediateDirectories: false)
            let run = try await SiteProcess.run(["get", "/virtual/text", "-o", output.path])
            #expect(run.status == 64 && run.output == "" && run.errors.contains("Is a directory"))
            let files = try FileManager.default.contentsOfDirectory(atPath: output.deletingLastPathComponent().path)
            #expect(files == ["output"])
        }
    }

    @Test("get sends the method and the header fields it is told")
    func request() async throws {
        let head = try await SiteProcess.run(["get", "-I", "/virtual/text"])
        #expect(head.output.hasSuffix("\n\n"))
        #expect(head.output.contains("\nContent-Length: 13\n"))
        let delete = try await SiteProcess.run(["get", "-X", "DELETE", "/virtual/text"])
        #expect(delete.status == 22)
        #expect(delete.output.hasPrefix("HTTP/1.1 405 "))
        let fields = ["-H", "Range: bytes=16-31", "-H", "X-Other: 1"]
        let range = try await SiteProcess.run(["get", "/test/resumable"] + fields)
        #expect(range.output.hasPrefix("HTTP/1.1 206 "))
        #expect(range.output.hasSuffix("\n\n000000000000001\n"))
    }

    @Test("The largest file that the numbers view has has its last line, and a larger one is refused")
    func largestResumable() async throws {
        let target = "/test/resumable?n=1600000000000000"
        let last = try await SiteProcess.run(
            ["get", "\(target)0", "-H", "Range: bytes=-16"]
        )
        #expect(last.output.hasSuffix("\n\n999999999999999\n"))
        for size in ["\(target)1", "/test/resumable?n=\(Int64.max)"] {
            let run = try await SiteProcess.run(["get", size, "-H", "Range: bytes=0-1"])
            #expect(run.output.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test("get takes Host for the host that was asked, as the server does")
    func host() throws {
        let fields = ["-H", "host: downloads.example:8080", "-H", "Accept: text/csv"]
        let request = try GetCommand<Site>.parse(["/a?b"] + fields).request()
        #expect(request.authority == "downloads.example:8080")
        #expect(request.receivedAt != nil)
        #expect(request.headerFields == [.accept: "text/csv"])
        #expect(try GetCommand<Site>.parse(["/a"]).request().authority == "localhost")
    }

    @Test("get sends content as curl does: with POST, and as a form, unless it is told otherwise")
    func data() throws {
        let form = try GetCommand<Site>.parse(["/a", "-d", "x=1"]).request()
        #expect(form.method == .post && form.body == Array("x=1".utf8))
        #expect(try form.form["x"] == "1")
        let json = ["/a", "-X", "PUT", "-d", "{}", "-H", "Content-Type: application/json"]
        let put = try GetCommand<Site>.parse(json).request()
        #expect(put.method == .put && put.headerFields == [.contentType: "application/json"])
        #expect(try GetCommand<Site>.parse(["/a"]).request().method == .get)
    }

    @Test("get warns of a file whose name says no media type, unless a view does")
    func untyped() async throws {
        let run = try await SiteProcess.run(["get", "/test/untyped"])
        #expect(run.status == 0 && run.output.contains("\nContent-Type: application/octet-stream\n"))
        #expect(run.errors.contains("“report” has no ending that says a media type") && run.errors.contains("mimeType"))
        #expect(!(try await SiteProcess.run(["get", "/virtual/text"])).errors.contains("media type"))
    }

    @Test(
        "get asks as the user it is told, and as nobody otherwise",
        arguments: [("anna", "“anna”"), ("", ""), (nil, "")]
    )
    func user(name: String?, content: String) async throws {
        let option = name.map { ["--user", $0] } ?? []
        let arguments = ["get", "/test/user", "-H", "Remote-User: bo"] + option
        let run = try await SiteProcess.run(arguments)
        #expect(run.status == 0)
        #expect(run.output.hasSuffix("\n\n\(content)"))
    }

    @Test(
        "A wrong argument is refused with what to write instead",
        arguments: [
            (["get", "virtual/text"], "/virtual/text"), (["get", "/a", "-H", "x"], "-H 'Name: value'"),
            (["get", "/a", "-X", "A B"], "A B"), (["get"], "path"), (["routes", "--mount", "x"], "such as /downloads"),
            (["get", "/virtual/text", "-o", "/nowhere/file"], "/nowhere/file"),
            (["get", "/virtual/text", "-o", ""], "-o needs the name of a file"),
        ]
    )
    func refuses(arguments: [String], message: String) async throws {
        let run = try await SiteProcess.run(arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains(message))
        #expect(run.errors.contains("Usage: testsite \(arguments[0]) "))
        #expect(run.output == "")
    }

    @Test("routes --options says what each view has for its options, and so which members are none")
    func options() async throws {
        let run = try await SiteProcess.run(["routes", "--options"])
        #expect(run.status == 0)
        #expect(run.output.contains("  InlineView\n    attachment: false\n    charset: utf-8\n"))
        #expect(run.output.contains("  SmallUploadView\n    attachment: true\n"))
        #expect(run.output.contains("\n    maximumBodySize: 10000\n"))
    }

    @Test("routes lists each route below the mount prefix, with its methods and its view")
    func routes() async throws {
        let run = try await SiteProcess.run(["routes", "--mount", "/downloads"])
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        for path in ["virtual/text", "virtual/stringio", "virtual/generated", "export/orders.csv"] {
            let line = try #require(lines.first { $0.hasPrefix("/downloads/\(path) ") })
            #expect(line.contains("GET, HEAD") && line.hasSuffix("View"))
        }
    }

    @Test("Started by nothing that would use it, the program says how to start it", arguments: [[], ["serve"]])
    func usage(arguments: [String]) async throws {
        let run = try await SiteProcess.run(arguments)
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.contains("serve --listen unix:"))
        #expect(run.errors.contains("spawn-fcgi"))
    }
}
