import Foundation
import Testing

/// What a web server puts into the environment of a CGI program (RFC 3875 §4.1).
enum PlainCGI {
    static func environment(_ path: String, method: String = "GET") -> [String: String] {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        return [
            "GATEWAY_INTERFACE": "CGI/1.1",
            "REQUEST_METHOD": method,
            "REQUEST_URI": path,
            "SCRIPT_NAME": "",
            "PATH_INFO": parts[0],
            "QUERY_STRING": parts.count > 1 ? parts[1] : "",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
        ]
    }
}

/// The demo as a plain CGI program, run as a web server would run it.
@Suite(.timeLimit(.minutes(1)))
struct PlainCGITests {
    /// The status, the fields' lines and the body that the program wrote.
    private func answer(
        to path: String,
        method: String = "GET"
    ) async throws -> (exit: Int32, head: [String], body: String) {
        try await withWorkDirectory { directory in
            let environment = PlainCGI.environment(path, method: method).merging(Demo.environment) { $1 }
            let demo = try Demo.start([], in: directory, environment: environment)
            let exit = await demo.status
            let text = demo.outputText.replacing("\r\n", with: "\n")
            let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
            let head = (parts.first ?? "").split(separator: "\n").map { $0.lowercased() }
            return (exit, head, parts.count > 1 ? String(parts[1]) : "")
        }
    }

    @Test("A view answers", arguments: ["text", "stringio", "generated"])
    func answersView(view: String) async throws {
        let (exit, head, body) = try await answer(to: "/virtual/\(view)")
        #expect(exit == 0)
        #expect(head.contains("content-disposition: attachment; filename=\"hello-world.txt\""))
        #expect(head.contains("content-type: text/plain; charset=utf-8"))
        #expect(!head.contains { $0.hasPrefix("status:") } || head.contains("status: 200 ok"))
        #expect(body == "Hello world!\n")
    }

    @Test("HEAD has no body")
    func answersHead() async throws {
        let (exit, head, body) = try await answer(to: "/virtual/text", method: "HEAD")
        #expect(exit == 0)
        #expect(head.contains("content-length: 13"))
        #expect(body.isEmpty)
    }

    @Test("Errors have their status", arguments: [("/no/such/view", "GET", 404), ("/virtual/text", "DELETE", 405)])
    func answersErrors(path: String, method: String, status: Int) async throws {
        let (_, head, _) = try await answer(to: path, method: method)
        #expect(head.contains { $0.hasPrefix("status: \(status)") })
    }

    @Test("A download that fails ends the program non-zero", arguments: ["/test/throws-midway", "/test/short"])
    func exitsNonZero(path: String) async throws {
        #expect(try await answer(to: path).exit > 0)
    }
}
