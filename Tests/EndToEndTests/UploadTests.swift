import Foundation
import TestSupport
import Testing

/// Content that a web server passes on as it comes, without waiting for the whole.
@Suite(.needs(.curl, .nginx), .blocking, .timeLimit(.minutes(60)))
struct UploadTests {
    private func withSite(_ body: (Site) async throws -> Void) async throws {
        let site = try await Site.start(.nginx, directives: "fastcgi_request_buffering off;\n")
        defer { site.directory.close() }
        try await body(site)
    }

    @Test("Content that comes byte by byte through nginx, which does not collect it, is taken whole")
    func takesTinyPieces() async throws {
        try await withSite { site in
            let content = (0..<3000).map { UInt8($0 % 251) }
            let answer = try RawAnswer.post("/test/upload", content.map { [$0] }, port: site.port)
            #expect(answer.status == 200)
            let sum = content.reduce(0) { $0 + Int($1) }
            #expect(answer.body == "3000 bytes, sum \(sum)\n")
        }
    }

    @Test("Content over the limit is a 413 however small its pieces are, and not a connection that was closed")
    func refusesTooMuch() async throws {
        try await withSite { site in
            let pieces = [[UInt8]](repeating: [UInt8](repeating: 97, count: 512), count: 2100)
            let answer = try RawAnswer.post("/test/upload", pieces, port: site.port)
            #expect(answer.status == 413)
        }
    }

    @Test("A client that leaves amid its content leaves nothing behind, and the next is served")
    func isAborted() async throws {
        try await withSite { site in
            for _ in 0..<5 {
                _ = try RawAnswer.post("/test/upload", [[1], [2], [3]], of: 1000, port: site.port)
            }
            let answer = try RawAnswer.post("/test/upload", [[1, 2], [3]], port: site.port)
            #expect(answer.body == "3 bytes, sum 6\n")
        }
    }
}

/// Content that a view takes less of than the server.
@Suite(.sites, .blocking, .timeLimit(.minutes(15)))
struct UploadLimitTests {
    @Test(
        "The client sees the 413 of a view's own limit, whether it says how much it sends or not",
        arguments: Setup.allCases
    )
    func refuses(setup: Setup) async throws {
        let site = try await Sites.current.site(setup)
        let content = try site.directory.write(String(repeating: "a", count: 900_000), to: "upload")
        let taken = try await site.curl("/test/upload/small", "--data-binary", "0123456789")
        #expect(taken.text == "10 bytes, sum 525\n")
        let refused = try await site.curl("/test/upload/small", "--data-binary", "@\(content)")
        #expect(refused.status == 413)
        #expect(refused.text.contains("at most 10000 bytes"))
        let withoutLength = ["-H", "Transfer-Encoding: chunked", "--data-binary", "@\(content)"]
        let chunked = try await Transfer(site.startCurl("/test/upload/small", withoutLength))
        let other = try await Transfer(site.startCurl("/test/upload", withoutLength))
        if setup == .haproxy {
            // It passes on so much without a length to no view, and answers 400 itself; the client, which still sends,
            // may hear of the end alone.
            for answer in [chunked, other] { #expect(answer.status == 400 || answer.status == nil && answer.exit != 0) }
        } else {
            #expect(chunked.status == 413)
            #expect(other.status == 200)
        }
    }
}
