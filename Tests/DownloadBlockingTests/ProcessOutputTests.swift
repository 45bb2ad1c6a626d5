import DownloadTesting
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import DownloadBlocking

@Suite("A child process", .blocking, .timeLimit(.minutes(60))) struct ProcessOutputTests {
    @Test("What it writes is the content, and an argument is one argument")
    func sendsItsOutput() async throws {
        let response = try await response(of: ProcessOutput("printf", ["%s|", "a b", "$HOME;*", ""]))
        #expect(response.text == "a b|$HOME;*||")
        #expect(response.failure == nil)
    }

    @Test("It reads its input, however large, and then finds the end")
    func readsItsInput() async throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000)
        #expect(try await response(of: ProcessOutput("cat", input: bytes)).body == bytes)
        #expect(try await response(of: ProcessOutput("cat")).body == [])
    }

    @Test("A failure before the first byte is an error, afterwards a failed download", arguments: [0, 3_000_000])
    func fails(size: Int) async throws {
        // Far more than waits anywhere: the first of it has been sent when the program ends.
        let script = "head -c \(size) /dev/zero; echo no >&2; echo 'such table' >&2; exit 3"
        let response = try await response(of: ProcessOutput("sh", ["-c", script]))
        #expect(response.status == (size == 0 ? .internalServerError : .ok))
        let failure = try #require((response.failure ?? response.notes.first) as? ProcessFailure)
        #expect(failure.description == "sh ended with status 3: no | such table")
    }

    @Test("One that does not exist is an error that names it")
    func isMissing() async throws {
        let response = try await response(of: ProcessOutput("no-such-program"))
        #expect(response.status == .internalServerError)
        let error = try #require(response.notes.first)
        #expect("\(error)" == "no-such-program could not be started: No such file or directory")
    }

    @Test(
        "It ends when its client leaves, with what it has started, and whether it wants to or not",
        arguments: [
            "yes", "sleep 1000", "sh -c 'sleep 1000' & wait", "exec >&- 2>&-; sleep 1000",
            "trap '' TERM; while true; do sleep 1000; done",
        ]
    )
    func endsWithItsClient(script: String) async throws {
        var output = ProcessOutput("sh", ["-c", "echo $$; \(script)"])
        output.patience = 100
        let seen = Seen()
        let task = Task { [output] in
            var sink = SeeingSink(seen: seen)
            try await output.write(to: &sink)
        }
        #expect(await eventually { seen.text.withLock { $0.contains("\n") } })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let line = try #require(seen.text.withLock { $0.split(separator: "\n").first })
        let group = try #require(Int32(line))
        // Those that its end has orphaned are another's to wait for.
        #expect(await eventually { kill(-group, 0) == -1 && errno == ESRCH })
    }

    @Test("What it inherits are this program's variables, but for a client's and this program's own secrets")
    func inheritsVariables() {
        let inherited = [
            (name: "PATH", value: "/bin"), (name: "TZ", value: "CET"), (name: "HTTP_PROXY", value: "http://client"),
            (name: "DOWNLOADS_SIGNING_KEYS", value: "a:secret"),
        ]
        let variables = ProcessOutput.variables(["TZ": "UTC", "HTTP_PROXY": "own"], over: inherited)
        #expect(variables.sorted() == ["HTTP_PROXY=own", "PATH=/bin", "TZ=UTC"])
    }

    @Test("It finds its variables")
    func findsVariables() async throws {
        let output = ProcessOutput("env", environment: ["TZ": "a=b c"])
        let lines = try await response(of: output).text.split(separator: "\n")
        #expect(lines.contains("TZ=a=b c") && lines.contains { $0.hasPrefix("PATH=") })
    }

    private func response(of output: ProcessOutput) async throws -> RecordedResponse {
        try await FunctionView { _ in VirtualFile(output, name: "x.bin") }.response(to: .get("/"))
    }
}

/// What a sink was given so far.
private final class Seen: Sendable {
    let text = Mutex("")
}

private struct SeeingSink: ByteSink, ~Copyable {
    let seen: Seen

    mutating func write(_ bytes: RawSpan) async throws {
        let text = String(decoding: Array(unsafe bytes.withUnsafeBytes { unsafe Array($0) }), as: UTF8.self)
        seen.text.withLock { $0 += text }
    }
}
