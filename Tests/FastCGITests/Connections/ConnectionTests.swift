import DownloadCore
import DownloadSystem
import Glibc
import HTTPTypes
import Testing

@testable import FastCGI

@Suite struct ConnectionTests {
    @Test("A request that came behind another is not late while no worker has looked at it")
    func keepsWhatNoWorkerHasLookedAt() throws {
        let (connection, peer) = try openConnection()
        defer { Glibc.close(peer) }
        func isLate() -> Bool {
            let passed = connection.limitPassed(MonotonicClock.now + 10_000, receive: 5000, write: 5000, request: nil)
            return passed?.limit == .receiving
        }
        takeNextRequest(connection)
        #expect(!isLate())
        // A part of one is, once a worker has seen that it is none.
        #expect(connection.beginReceiving())
        connection.waitForRequest(afterRequest: false)
        #expect(isLate())
        connection.close()
    }

    @Test("A request that came behind another is taken from no worker by what closes idle connections")
    func leavesToWorkers() throws {
        let (connection, peer) = try openConnection()
        defer { Glibc.close(peer) }
        takeNextRequest(connection)
        // A worker that came just now would find it taken, and nothing would tell any of it again.
        #expect(!connection.beginReceiving(ifKeptSince: .max, orOpenedBefore: .max))
        #expect(connection.beginReceiving())
        connection.close()
    }

    @Test("A request that has come before the answer to the last had ended is told of again, whoever saw it come")
    func tellsAgain() throws {
        let (connection, peer) = try openConnection()
        defer { Glibc.close(peer) }
        func event() -> Poller.Events? {
            var events: Poller.Events?
            _ = connection.pool.poller.wait(milliseconds: 0, upTo: Poller.maximumBatch) { events = $0.events }
            return events
        }
        // A connection that was used before is watched for the next request already.
        connection.waitForRequest(afterRequest: true)
        #expect(connection.beginReceiving())
        let http = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
        connection.beginResponding(to: DownloadRequest(http: http), requestID: 1)
        _ = unsafe Wire.get("/hello").withUnsafeBytes { unsafe Socket.send($0, to: peer) }
        // The supervisor takes the event, since views block all workers.
        guard case .nothing = connection.noteEvents(try #require(event())) else {
            Issue.record("what has come is taken for something else")
            return
        }
        #expect(event() == nil)
        #expect(connection.endResponding())
        connection.waitForRequest(afterRequest: true)
        #expect(event()?.contains(.readable) == true)
        connection.close()
    }

    private func openConnection() throws -> (connection: Connection, peer: Int32) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try SystemError.check("socketpair", unsafe socketpair(AF_UNIX, type, 0, &ends))
        let connection = Connection(
            pool: try WorkerPool(),
            buffers: BufferPool(),
            requestGuard: RequestGuard(capacity: .init(connections: 1, requests: 1))
        )
        connection.open(ends[0], isTCP: false)
        return (connection, ends[1])
    }

    /// Lets the connection wait, after a request, with most of the next one read.
    private func takeNextRequest(_ connection: Connection) {
        let next = Wire.get("/hello").dropLast(8)
        unsafe next.withUnsafeBytes { unsafe connection.receiveBuffer.append($0) }
        connection.waitForRequest(afterRequest: true)
    }
}
