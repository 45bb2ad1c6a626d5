import DownloadCore
import Glibc
import HTTPTypes
import Testing

@testable import FastCGI

@Suite(.timeLimit(.minutes(1))) struct DescriptorSinkTests {
    @Test("A view that goes on after a failed write never makes a whole download of it")
    func refusesAfterFailure() async throws {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        // A full one then refuses, instead of blocking.
        try Socket.makeNonBlocking(ends[0])
        try Socket.makeNonBlocking(ends[1])
        let piece = [UInt8](repeating: 120, count: 100_000)
        var sink = DescriptorSink(content: ends[0], head: ends[0], form: .cgi)
        sink.begin(HTTPResponse(status: .ok), extent: .exactly(100 * 100_000))
        var refusals = 0
        for _ in 0..<100 {
            do { try await sink.write(piece) } catch {
                refusals += 1
                // Now there is room again.
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while unsafe read(ends[1], &buffer, buffer.count) > 0 {}
            }
        }
        #expect(refusals > 90)
        await #expect(throws: SystemError.self) { try await sink.finish() }
    }
}
