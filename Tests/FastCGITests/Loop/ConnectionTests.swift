import Glibc
import Testing

@testable import FastCGI

@Suite struct ConnectionTests {
    @Test("A request that came behind another is not late while no worker has looked at it")
    func keepsWhatNoWorkerHasLookedAt() throws {
        var ends: [Int32] = [-1, -1]
        try SystemError.check("socketpair", unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends))
        defer { Glibc.close(ends[1]) }
        let connection = Connection(
            isTCP: false,
            pool: try WorkerPool(),
            buffers: BufferPool(),
            requestGuard: RequestGuard(capacity: .init(connections: 1, requests: 1))
        )
        func isLate() -> Bool {
            let passed = connection.limitPassed(MonotonicClock.now + 10_000, receive: 5000, write: 5000, request: nil)
            return passed?.limit == .receiving
        }
        connection.open(ends[0])
        let next = Wire.get("/hello").dropLast(8)
        unsafe next.withUnsafeBytes { unsafe connection.intake.append($0) }
        connection.waitForRequest(afterRequest: true)
        #expect(!isLate())
        // A part of one is, once a worker has seen that it is none.
        #expect(connection.beginReceiving())
        connection.waitForRequest(afterRequest: false)
        #expect(isLate())
        connection.close()
    }
}
