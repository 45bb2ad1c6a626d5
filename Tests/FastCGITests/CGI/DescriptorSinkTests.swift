import DownloadCore
import DownloadSystem
import Glibc
import HTTPTypes
import TestSupport
import Testing

@testable import FastCGI

@Suite(.blocking, .timeLimit(.minutes(60))) struct DescriptorSinkTests {
    @Test("A piece that could not be written whole is not written again, and the response can't be finished")
    func failsOnce() async throws {
        var ends: [Int32] = [-1, -1]
        try SystemError.check("pipe", unsafe pipe(&ends))
        defer {
            close(ends[0])
            close(ends[1])
        }
        try Socket.makeNonBlocking(ends[0])
        // Full after a while: as a disk may be, and have room again later.
        try Socket.makeNonBlocking(ends[1])
        var sink = DescriptorSink(content: Descriptor(ends[1]), head: Descriptor(ends[1]), form: .cgi)
        sink.begin(HTTPResponse(status: .ok), extent: .unknown)
        let piece = [UInt8](repeating: 120, count: 100_000)
        await #expect(throws: SystemError.self) { try await sink.write(piece) }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while unsafe read(ends[0], &chunk, chunk.count) > 0 {}
        await #expect(throws: SystemError.self) { try await sink.write(piece) }
        await #expect(throws: SystemError.self) { try await sink.finish() }
        #expect(unsafe read(ends[0], &chunk, chunk.count) < 0)
    }
}
