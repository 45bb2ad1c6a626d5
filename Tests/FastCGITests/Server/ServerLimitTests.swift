import DownloadSystem
import Glibc
import TestSupport
import Testing

@testable import FastCGI

/// What is over a limit.
@Suite(.blocking, .timeLimit(.minutes(60))) struct ServerLimitTests {
    @Test("A request that does not arrive in time is answered 408")
    func limitsReceiving() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Array(Wire.get("/hello").dropLast(9)))
            #expect(await eventually { server.status.heldBytes > 0 })
            server.pass(.seconds(6))
            let answer = try await client.answer()
            #expect(answer.text.hasPrefix("Status: 408 ") && answer.isComplete)
            #expect(try await client.seesEnd())
            #expect(server.status.heldBytes == 0)
            #expect(server.status.totals.timedOut == 1)
            // The web server closes the connection, or the server does after the same time again.
            #expect(server.status.connections == 1)
            server.pass(.seconds(6))
            #expect(server.status.connections == 0)
            #expect(server.status.totals.timedOut == 1)
            let kept = try server.connect()
            try await kept.send(Wire.get("/hello"))
            _ = try await kept.answer()
            server.pass(.seconds(60))
            try await kept.send(Wire.get("/hello"))
            #expect(try await kept.answer().isComplete, "an idle connection that is kept is not a late request")
        }
    }

    @Test("A connection on which no request begins in time is closed")
    func limitsConnecting() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            #expect(await eventually { server.status.connections == 1 })
            server.pass(.seconds(6))
            #expect(try await client.seesEnd())
        }
    }

    @Test("Content that comes slowly is waited for, at 1,000 bytes a second, and no longer")
    func limitsReceivingByProgress() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Self.head(length: 20_000))
            var held = 0
            for _ in 0..<20 {
                held = server.status.heldBytes
                try await client.send(Wire.input([UInt8](repeating: 1, count: 1000)))
                #expect(await eventually { server.status.heldBytes > held })
                server.pass(.seconds(1))
            }
            try await client.send(Wire.input())
            #expect(try await client.answer().bodyCount == 20_000)
            try await client.send(Self.head(length: 20_000))
            #expect(await eventually { server.status.heldBytes > 0 })
            // The web server may have collected all of it meanwhile.
            server.pass(.milliseconds(24_900))
            #expect(server.status.totals.timedOut == 0)
            server.pass(.milliseconds(300))
            #expect(try await client.answer().text.hasPrefix("Status: 408 "))
            let other = try server.connect()
            try await other.send(Self.head(length: 1_000_000) + Wire.input([UInt8](repeating: 1, count: 2000)))
            #expect(await eventually { server.status.heldBytes > 2000 })
            // 2,000 bytes, and 64 KiB.
            server.pass(.milliseconds(72_400))
            #expect(server.status.totals.timedOut == 1)
            server.pass(.milliseconds(300))
            #expect(try await other.answer().text.hasPrefix("Status: 408 "))
        }
    }

    @Test("What has come of a request in parts is counted as held until it is whole, and not while it is answered")
    func holdsPartsOnly() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Self.head(length: 20_000, of: "/gate"))
            try await client.send(Wire.input([UInt8](repeating: 1, count: 20_000)))
            #expect(await eventually { server.status.heldBytes > 20_000 })
            try await client.send(Wire.input())
            #expect(await eventually { server.status.active == 1 })
            #expect(server.status.heldBytes == 0)
            server.probe.openGate()
            #expect(try await client.answer().isComplete)
        }
    }

    @Test("Content over a view's own limit is answered by the view as soon as the head is there, and then dropped")
    func limitsContentByView() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Self.head(length: 900_000, of: "/limited"))
            let answer = try await client.answer()
            #expect(answer.text.hasPrefix("Status: 413 ") && answer.body == "too much\n" && answer.isComplete)
            // A web server that sends all before it reads is not kept from it.
            for _ in 0..<15 { try await client.send(Wire.input([UInt8](repeating: 1, count: 60_000))) }
            try await client.send(Wire.input())
            #expect(try await client.seesEnd())
            client.close()
            #expect(await eventually { server.server.status.connections == 0 })
            #expect(server.status.totals.served == 1 && server.status.heldBytes == 0)
        }
    }

    @Test("Content without a length is answered once more has come than a view takes, however it is cut")
    func limitsContentThatComes() async throws {
        try await withServer { server in
            let client = try server.connect()
            let begin = Self.head(length: nil, of: "/limited")
            try await client.send(begin + Wire.input([UInt8](repeating: 1, count: 600)))
            try await client.send(Wire.input([UInt8](repeating: 1, count: 401)))
            #expect(try await client.answer().text.hasPrefix("Status: 413 "))
            #expect(try await client.seesEnd())
        }
    }

    @Test("Content within a view's own limit is taken in parts, one request after the other, and after an abort")
    func takesContentWithinLimitOfView() async throws {
        try await withServer { server in
            let client = try server.connect()
            for length in [1000, nil] {
                try await client.send(Self.head(length: length, of: "/limited"))
                for _ in 0..<10 { try await client.send(Wire.input([UInt8](repeating: 1, count: 100))) }
                try await client.send(Wire.input())
                #expect(try await client.answer().bodyCount == 1000)
            }
            try await client.send(Self.head(length: 1000, of: "/limited") + Wire.input([1]) + Wire.record(2))
            #expect(try await client.answer().isComplete)
            // Of another view, which takes more.
            try await client.send(Self.head(length: 2000) + Wire.input([UInt8](repeating: 1, count: 1000)))
            try await client.send(Wire.input([UInt8](repeating: 1, count: 1000)) + Wire.input())
            #expect(try await client.answer().bodyCount == 2000)
        }
    }

    private static func head(length: Int?, of target: String = "/echo") -> [UInt8] {
        let head = [
            ("REQUEST_METHOD", "POST"), ("REQUEST_URI", target), ("CONTENT_LENGTH", length.map { "\($0)" } ?? ""),
        ]
        return Wire.begin() + Wire.parameters(head.flatMap { Wire.pair($0.0, $0.1) }) + Wire.parameters()
    }

    @Test("A request that has arrived is answered however long no worker looks at it")
    func limitsNoArrived() async throws {
        try await withServer(time: ManualTime()) {
            $0.threads = 1
            $0.maximumThreads = 1
        } _: { server in
            let blocking = try server.connect()
            try await blocking.send(Wire.get("/hello"))
            _ = try await blocking.answer()
            let client = try server.connect()
            #expect(await eventually { server.server.status.connections == 2 })
            try await blocking.send(Wire.get("/block"))
            #expect(await server.probe.wait(for: "began /block"))
            try await client.send(Wire.get("/hello"))
            server.pass(.seconds(60))
            server.probe.openGate()
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }

    @Test("A client that has taken all there is is not cut, however long no worker gives it more")
    func limitsNoneThatTookAll() async throws {
        try await withServer(time: ManualTime()) {
            $0.threads = 1
            $0.maximumThreads = 1
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/large"))
            #expect(await eventually { server.server.status.slowest.first?.phase == .writing })
            let blocking = try server.connect()
            try await blocking.send(Wire.get("/block"))
            #expect(await server.probe.wait(for: "began /block"))
            while Socket.isReady(client.descriptor, for: Int16(POLLIN), milliseconds: 0) {
                try await client.receiveWhatIsThere()
            }
            server.pass(.seconds(120))
            server.probe.openGate()
            let answer = try await client.answer()
            let (isComplete, count) = (answer.isComplete, answer.bodyCount)
            #expect(isComplete)
            #expect(count == 64 * 65_536)
        }
    }

    @Test("A client that takes nothing for too long is cut visibly")
    func limitsWriting() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/endless"))
            #expect(await eventually { server.status.slowest.first?.phase == .writing })
            server.pass(.seconds(59))
            #expect(!server.probe.has("ended /endless"))
            server.pass(.seconds(4))
            #expect(await server.probe.wait(for: "ended /endless"))
            let answer = try await client.answer()
            #expect(!answer.isComplete)
            #expect(await eventually { server.server.status.totals.timedOut == 1 })
        }
    }

    @Test("A client that takes nothing for too long meets a reset behind what it has not taken, not an end")
    func resetsWhereNothingElseShows() async throws {
        try await withServer {
            $0.writeLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/endless", flags: 0))
            #expect(await server.probe.wait(for: "ended /endless"))
            #expect(await eventually { server.server.status.connections == 0 })
            let isComplete = try await client.answer().isComplete
            #expect(!isComplete)
            #expect(client.isReset)
        }
    }

    @Test(
        "A view that takes no notice of being cut can't make a whole download of it",
        arguments: ["/swallows", "/swallows-and-goes-on"]
    )
    func cutsWhoeverSwallows(target: String) async throws {
        try await withServer {
            $0.requestLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get(target))
            #expect(await server.probe.wait(for: "swallowed"))
            // Until all that was written is read, and there is room for more.
            try await client.readWhatComes(pause: .milliseconds(300))
            server.probe.openGate()
            let rest = try await client.answer()
            let (isComplete, isBroken) = (rest.isComplete, rest.isBroken)
            #expect(!isComplete)
            #expect(isBroken)
        }
    }

    @Test("A client that takes a little at a time is not cut, however long it takes until there is room")
    func limitsWritingByProgress() async throws {
        try await withServer(time: ManualTime()) {
            $0.writeLimit = .seconds(5)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/bytes/600000"))
            #expect(await eventually { server.status.slowest.first?.phase == .writing })
            // The kernel reports room on a unix socket when some 150 KB are read: at 20 KB a second that is later than
            // the limit.
            for second in 1...20 {
                try await client.receive(upTo: second * 20_000)
                server.pass(.seconds(1))
            }
            let answer = try await client.answer()
            let (isComplete, count) = (answer.isComplete, answer.bodyCount)
            #expect(isComplete)
            #expect(count == 600_000)
        }
    }

    @Test("A request that takes too long is cut visibly")
    func limitsRequests() async throws {
        try await withServer {
            $0.requestLimit = .milliseconds(50)
        } _: { server in
            let answer = try await server.get("/wait")
            #expect(!answer.isComplete)
            #expect(answer.isBroken)
        }
    }

    @Test("More requests than may be under way are answered 503")
    func limitsRequestsAtOnce() async throws {
        try await withServer {
            $0.maximumRequests = 2
        } _: { server in
            var clients: [TestClient] = []
            for _ in 0..<2 {
                let client = try server.connect()
                try await client.send(Wire.get("/gate"))
                _ = try await client.output(upTo: "before\n")
                clients.append(client)
            }
            let refusal = try await server.get("/hello")
            #expect(refusal.text.hasPrefix("Status: 503 "))
            #expect(refusal.text.contains("\r\nRetry-After: 5\r\n"))
            server.probe.openGate()
            for client in clients { #expect(try await client.answer().isComplete) }
            #expect(try await server.get("/hello").text.hasPrefix("Status: 200 "))
        }
    }

    @Test(
        "Requests in parts are refused while too much of others is held, and nothing is held of those that left"
    )
    func limitsHeldBytes() async throws {
        try await withServer {
            $0.maximumHeldBytes = 100_000
        } _: { server in
            let part = Array(Wire.post("/echo", body: [UInt8](repeating: 1, count: 60_000)).dropLast(8))
            let first = try server.connect()
            try await first.send(part)
            #expect(await eventually { server.server.status.heldBytes > 60_000 })
            let second = try server.connect()
            // At once, so that it counts before any more of it comes.
            try await second.send(part)
            let refusal = try await second.answer()
            #expect(refusal.text.hasPrefix("Status: 503 ") && refusal.text.contains("\r\nRetry-After: 5\r\n"))
            #expect(try await second.seesEnd())
            second.close()
            try await first.send(Wire.input())
            #expect(try await first.answer().bodyCount == 60_000)
            #expect(await eventually { server.server.status.heldBytes == 0 })
            let third = try server.connect()
            try await third.send(part)
            #expect(await eventually { server.server.status.heldBytes > 60_000 })
            third.close()
            #expect(await eventually { server.server.status.heldBytes == 0 })
            #expect(try await server.get("/hello").isComplete)
        }
    }

    @Test("A kept connection whose web server has taken its request back waits for the next like any other")
    func waitsAfterAbort() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/hello"))
            _ = try await client.answer()
            try await client.send(Wire.begin())
            #expect(await eventually { Socket.unsentBytes(client.descriptor) == 0 })
            try await client.send(Wire.record(2))
            #expect(try await client.answer().isComplete)
            server.pass(.seconds(60))
            try? await client.send(Wire.get("/hello"))
            #expect(try await client.answer().body == "Hello world!\n")
            #expect(server.server.status.totals.timedOut == 0)
        }
    }
}
