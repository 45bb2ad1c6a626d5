import DownloadSystem
import TestSupport
import Testing

@testable import FastCGI

/// Clients that are slow, or leave.
@Suite(.blocking, .timeLimit(.minutes(60))) struct ServerClientTests {
    @Test("A client that leaves cancels the view that waits, and its cleanup runs")
    func cancels() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/wait"))
            _ = try await client.output(upTo: "first\n")
            client.close()
            #expect(await server.probe.wait(for: "ended /wait"))
            #expect(await eventually { server.server.status.totals.aborted == 1 })
        }
    }

    @Test("A client that has closed only its sending half gets the whole answer", arguments: ["/hello", "/gate"])
    func answersHalfClosed(target: String) async throws {
        try await withServer { server in
            // The first request of a connection, and one that comes when the connection is watched already.
            for isKept in [false, true] {
                let client = try server.connect()
                if isKept {
                    try await client.send(Wire.get("/hello"))
                    _ = try await client.answer()
                }
                try await client.send(Wire.get(target))
                client.closeSendingHalf()
                #expect(await server.probe.wait(for: "began \(target)", times: isKept ? 2 : 1))
                blockingSleep(for: .milliseconds(20))
                server.probe.openGate()
                #expect(try await client.answer().isComplete)
                #expect(try await client.seesEnd())
            }
            #expect(server.server.status.totals.aborted == 0)
        }
    }

    @Test("A client that leaves ends an endless view that writes")
    func endsWriter() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/endless"))
            _ = try await client.record()
            client.close()
            #expect(await server.probe.wait(for: "ended /endless"))
        }
    }

    @Test("A client that leaves ends a view whose bytes are all dropped")
    func endsDropper() async throws {
        try await withServer { server in
            // Whatever comes of it, the view is to end.
            defer { server.probe.openGate() }
            // The first request of a connection, and one that comes when the connection is watched already.
            for isKept in [false, true] {
                let client = try server.connect()
                if isKept {
                    try await client.send(Wire.get("/hello"))
                    _ = try await client.answer()
                }
                try await client.send(Wire.get("/drops"))
                #expect(await server.probe.wait(for: "began /drops", times: isKept ? 2 : 1))
                client.close()
                try #require(await server.probe.wait(for: "ended /drops", times: isKept ? 2 : 1))
            }
            #expect(await eventually { server.server.status.totals.aborted == 2 })
        }
    }

    @Test("Clients that read nothing, send nothing or send half a request hold no worker")
    func slowClientsHoldNoWorker() async throws {
        try await withServer { server in
            var clients: [TestClient] = []
            for _ in 0..<10 {
                let silent = try server.connect()
                let half = try server.connect()
                try await half.send(Array(Wire.get("/hello").dropLast(9)))
                let idle = try server.connect()
                try await idle.send(Wire.get("/hello"))
                _ = try await idle.answer()
                let deaf = try server.connect()
                try await deaf.send(Wire.get("/endless"))
                clients += [silent, half, idle, deaf]
            }
            #expect(await server.probe.wait(for: "began /endless", times: 10))
            #expect(try await server.get("/hello").isComplete)
            #expect(await eventually { server.server.status.slowest.count { $0.phase == .writing } == 10 })
            #expect(await eventually { server.server.status.idleWorkers == 2 })
            withExtendedLifetime(clients) {}
        }
    }
}
