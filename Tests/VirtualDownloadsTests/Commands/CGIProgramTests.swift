import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(60))) struct CGIProgramTests {
    /// The variables of a request, as a web server sets them.
    private static func variables(_ target: String, method: String = "GET") -> [String: String] {
        [
            "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": method, "REQUEST_URI": target,
            "SERVER_PROTOCOL": "HTTP/1.1",
        ]
    }

    @Test("A request in the environment is answered on standard output")
    func answers() async throws {
        let run = try await SiteProcess.run(environment: Self.variables("/virtual/text"))
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("Status: 200 OK\r\n"))
        #expect(run.output.contains("\r\nContent-Length: 13\r\n"))
        #expect(run.output.hasSuffix("\r\n\r\nHello world!\n"))
        #expect(run.errors == "")
    }

    @Test("The user is the one that the web server names, whatever the client does")
    func user() async throws {
        var variables = Self.variables("/test/user")
        variables["HTTP_REMOTE_USER"] = "bo"
        #expect(try await SiteProcess.run(environment: variables).output.hasSuffix("\r\n\r\n"))
        variables["REMOTE_USER"] = "anna"
        #expect(try await SiteProcess.run(environment: variables).output.hasSuffix("\r\n\r\n“anna”"))
    }

    @Test("HEAD has the head of GET and no content")
    func head() async throws {
        let run = try await SiteProcess.run(environment: Self.variables("/virtual/text", method: "HEAD"))
        #expect(run.status == 0)
        #expect(run.output.contains("\r\nContent-Length: 13\r\n"))
        #expect(run.output.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "What can't be served is answered with its status",
        arguments: [
            ("/nothing", "404 Not Found"), ("/virtual/%zz", "400 Bad Request"), ("/bench/gen?n=x", "400 Bad Request"),
        ]
    )
    func refuses(target: String, status: String) async throws {
        let run = try await SiteProcess.run(environment: Self.variables(target))
        #expect(run.output.hasPrefix("Status: \(status)\r\n"))
    }

    // Servers make arguments of a query without “=” (RFC 3875 §4.4), so they are the client's, and not a command.
    @Test(
        "The arguments of a CGI program are never taken for a command",
        arguments: [
            ["get", "/virtual/text", "-o", "OUTPUT"], ["routes"], ["serve", "--listen", "unix:OUTPUT"], ["--help"],
            ["x"],
        ]
    )
    func ignoresArguments(arguments: [String]) async throws {
        let output = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: output) }
        let run = try await SiteProcess.run(
            arguments.map { $0.replacing("OUTPUT", with: output.path) },
            environment: Self.variables("/virtual/text?\(arguments.joined(separator: "+"))")
        )
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("Status: 200 OK\r\n"))
        #expect(run.output.hasSuffix("\r\n\r\nHello world!\n"))
        #expect(!FileManager.default.fileExists(atPath: output.path))
    }

    @Test("An error before the first byte is a 500 that says nothing of it, and a line in the log")
    func errorAtOnce() async throws {
        let run = try await SiteProcess.run(environment: Self.variables("/test/throws-at-once"))
        #expect(run.output.hasPrefix("Status: 500 Internal Server Error\r\n"))
        #expect(!run.output.contains("TestFailure"))
        #expect(run.errors.contains("TestFailure"))
        #expect(run.errors.hasSuffix("\n"))
        #expect(run.errors.dropLast().contains("\n") == false)
    }

    @Test(
        "A download that fails on the way ends the program with a failure",
        arguments: ["/test/throws-midway?after=50000", "/test/short"]
    )
    func errorMidway(target: String) async throws {
        let run = try await SiteProcess.run(environment: Self.variables(target))
        #expect(run.status != 0)
        #expect(run.output.hasPrefix("Status: 200 OK\r\n"))
    }

    @Test("All that came of a download that failed on the way is sent, so that a client may go on from there")
    func sendsWhatCame() async throws {
        // The second piece comes at once after the first.
        let run = try await SiteProcess.run(environment: Self.variables("/test/throws-midway?after=70000&size=80000"))
        #expect(run.status == 1)
        #expect(run.output.hasSuffix(String(repeating: "A", count: 70_000)))
    }

    // Apache, which meets both at once, takes what there is for the whole, and puts its length in place of the
    // declared one.
    @Test("The beginning of a download that failed is read before its end", arguments: [true, false])
    func endsAfterItsBeginning(isSocket: Bool) async throws {
        let program = try OutputOfSite(Self.variables("/test/throws-midway?after=100&size=200"), isSocket: isSocket)
        defer { program.kill() }
        // The line comes when all is done but the last write and the wait for whoever reads.
        #expect(program.errorLine()?.contains("a request failed") == true)
        let start = ContinuousClock.now
        var entry = pollfd(fd: program.output.fileDescriptor, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&entry, 1, 60_000) == 1)
        // No task's sleep, which may last for seconds when the other tests need all threads.
        blockingSleep(for: .milliseconds(300))
        entry.revents = 0
        #expect(unsafe poll(&entry, 1, 0) == 1)
        // It waits for two seconds at most, which a busy machine may have taken from this test.
        let mayHaveEnded = ContinuousClock.now - start > .milliseconds(1900)
        #expect(entry.revents & Int16(POLLHUP) == 0 || mayHaveEnded, "the end came before anybody had read")
        _ = try program.output.readToEnd()
        #expect(await program.end() == 1)
    }

    @Test("A client that leaves is not an error for the log")
    func clientLeaves() async throws {
        let program = try OutputOfSite(Self.variables("/bench/gen?n=100000"), isSocket: false)
        defer { program.kill() }
        #expect(try program.output.read(upToCount: 100)?.count == 100)
        try program.output.close()
        let line = program.errorLine() ?? ""
        #expect(line.contains("level=info message=\"a download was cut\""))
        #expect(line.contains("reason=\"the client left\""))
        #expect(await program.end() == 1)
    }

    @Test(
        "A view that computes is cancelled when its client leaves, before its first byte and after it",
        arguments: ["/test/compute", "/test/compute?first=begun", "/test/wait"],
        [true, false]
    )
    func clientLeavesWhileComputing(target: String, isSocket: Bool) async throws {
        let program = try OutputOfSite(Self.variables(target), isSocket: isSocket)
        defer { program.kill() }
        var beginning = Data()
        if target != "/test/compute" {
            beginning = program.output.availableData
            #expect(beginning.starts(with: Data("Status: 200 OK\r\n".utf8)))
        }
        if target != "/test/wait" { #expect(program.errorLine() == "computing") }
        try program.output.close()
        #expect(program.errorLine() == (target == "/test/wait" ? "wait ended" : "compute ended"))
        let line = program.errorLine()
        #expect(line?.contains("level=info message=\"a download was cut\"") == true)
        #expect(line?.contains("reason=\"the client left\"") == true)
        #expect(await program.end() == 1)
        #expect(program.errorLine() == nil)
    }

    @Test("A web server that only sends no more is not taken for a client that left")
    func serverSendsNoMore() async throws {
        let program = try OutputOfSite(Self.variables("/test/slow?n=4"), isSocket: true)
        defer { program.kill() }
        #expect(shutdown(program.output.fileDescriptor, Int32(SHUT_WR)) == 0)
        let output = try program.output.readToEnd() ?? Data()
        #expect(String(decoding: output, as: UTF8.self).hasSuffix("\r\n\r\nline 0\nline 1\nline 2\nline 3\n"))
        #expect(await program.end() == 0)
        #expect(program.errorLine() == nil)
    }

    @Test(
        "What nobody reads is written to its end where nobody can leave",
        arguments: ["file", "/dev/null", "terminal"]
    )
    func writesForNobody(place: String) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        var ends: (Int32, Int32) = (-1, -1)
        switch place {
        case "file": ends.1 = unsafe open(file.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        case "terminal": #expect(unsafe openpty(&ends.0, &ends.1, nil, nil, nil) == 0)
        default: ends.1 = unsafe open(place, O_WRONLY | O_CLOEXEC)
        }
        let program = try OutputOfSite(Self.variables("/test/slow?n=4"), into: ends.1, readBy: ends.0)
        defer { program.kill() }
        #expect(await program.end() == 0)
        #expect(program.errorLine() == nil)
        if place == "file" { #expect(try String(contentsOf: file, encoding: .utf8).hasSuffix("line 3\n")) }
    }

    @Test("A first piece that is longer than the declared size is a 500")
    func tooLong() async throws {
        let run = try await SiteProcess.run(environment: Self.variables("/test/long"))
        #expect(run.output.hasPrefix("Status: 500 Internal Server Error\r\n"))
        #expect(run.errors.contains("declared as 50000"))
    }

    @Test("Content that can't be read is a 400, whether or not its length is declared", arguments: ["5", nil])
    func unreadableContent(length: String?) async throws {
        var variables = Self.variables("/virtual/text", method: "POST")
        if let length { variables["CONTENT_LENGTH"] = length } else { variables["HTTP_TRANSFER_ENCODING"] = "chunked" }
        // A folder can be opened, and not read.
        let folder = inheritedByNone { [unsafe open("/", O_RDONLY)] }[0]
        defer { close(folder) }
        let program = try OutputOfSite(variables, isSocket: false, input: folder)
        defer { program.kill() }
        let output = String(decoding: try program.output.readToEnd() ?? Data(), as: UTF8.self)
        #expect(output.hasPrefix("Status: 400 Bad Request\r\n"))
        #expect(await program.end() == 0)
    }

    @Test("Content over a view's own limit is a 413 before it has come")
    func refusesContentOfView() async throws {
        var variables = Self.variables("/test/upload/small", method: "POST")
        variables["CONTENT_LENGTH"] = "10001"
        let pipe = Pipe()
        let program = try OutputOfSite(variables, isSocket: false, input: pipe.fileHandleForReading.fileDescriptor)
        defer { program.kill() }
        var output = ""
        while !output.contains("at most 10000 bytes") {
            let more = program.output.availableData
            if more.isEmpty { break }
            output += String(decoding: more, as: UTF8.self)
        }
        #expect(output.hasPrefix("Status: 413 ") && output.contains("at most 10000 bytes"))
        try pipe.fileHandleForWriting.write(contentsOf: Data(count: 10_001))
        #expect(await program.end() == 0)
    }

    @Test(
        "Content that ends before its length is a 400, one over the limit a 413",
        arguments: [("5", "x=1", "400"), ("3", "x=1", "405"), ("1048577", "x=1", "413"), ("", "x=1", "405")]
    )
    func content(length: String, content: String, status: String) async throws {
        var variables = Self.variables("/virtual/text", method: "POST")
        variables["CONTENT_LENGTH"] = length
        let run = try await SiteProcess.run(environment: variables, input: content)
        #expect(run.output.hasPrefix("Status: \(status) "))
    }
}

/// The tests' program as a CGI program, with its output in the hands of a test.
private final class OutputOfSite {
    /// Where its output is read.
    let output: FileHandle
    private let process: ChildProcess
    private let errors: FileHandle
    private var lines: [String] = []

    /// Starts it with a pipe, as mod_cgi has it, or with a socket, as mod_cgid.
    convenience init(_ variables: [String: String], isSocket: Bool, input: Int32? = nil) throws {
        let ends = try Self.ends { ends in
            unsafe isSocket ? socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) : pipe(&ends)
        }
        try self.init(variables, into: ends[1], readBy: ends[0], input: input)
    }

    /// Starts it with a descriptor, which is closed here then.
    init(_ variables: [String: String], into descriptor: Int32, readBy reader: Int32, input: Int32? = nil) throws {
        defer { close(descriptor) }
        output = FileHandle(fileDescriptor: reader, closeOnDealloc: reader >= 0)
        let ends = try Self.ends { ends in unsafe pipe(&ends) }
        defer { close(ends[1]) }
        errors = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        process = try SiteProcess.start(environment: variables, input: input, output: descriptor, errors: ends[1])
    }

    /// The two ends of what `open` makes; no other program inherits them.
    private static func ends(_ open: (inout [Int32]) -> Int32) throws -> [Int32] {
        try inheritedByNone {
            var ends: [Int32] = [-1, -1]
            try #require(open(&ends) == 0)
            return ends
        }
    }

    /// The next line that it writes to standard error; nil after the last.
    func errorLine() -> String? {
        while lines.count < 2 {
            let more = errors.availableData
            if more.isEmpty { break }
            let text = (lines.first ?? "") + String(decoding: more, as: UTF8.self)
            lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
        guard lines.count > 1 || lines.first?.isEmpty == false else { return nil }
        return lines.removeFirst()
    }

    /// Waits for its end; the exit status.
    func end() async -> Int32 { await process.status }

    func kill() { process.signal(SIGKILL) }
}
