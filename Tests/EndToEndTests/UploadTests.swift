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
