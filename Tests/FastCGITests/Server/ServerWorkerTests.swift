import TestSupport
import Testing

@testable import FastCGI

/// Views that hold the workers.
@Suite(.blocking, .timeLimit(.minutes(60))) struct ServerWorkerTests {
    @Test("Views that block every thread leave the server answering, by threads that are added")
    func growsWhenBlocked() async throws {
        try await withServer { server in
            var clients: [TestClient] = []
            for _ in 0..<6 {
                let client = try server.connect()
                try await client.send(Wire.get("/block"))
                clients.append(client)
            }
            #expect(try await server.get("/hello").isComplete)
            server.probe.openGate()
            for client in clients { #expect(try await client.answer().isComplete) }
        }
    }

    @Test("Generators that compute for clients that are always quicker leave others their turn, on one worker")
    func sharesWorkers() async throws {
        try await withServer {
            $0.threads = 1
            $0.maximumThreads = 1
        } _: { server in
            var readers: [OwnThread] = []
            let clients = try (0..<3).map { _ in try server.connect() }
            for client in clients {
                try await client.send(Wire.get("/compute", flags: 0))
                readers.append(try client.readAllOnOwnThread())
            }
            #expect(await server.probe.wait(for: "began /compute", times: 3))
            for _ in 0..<20 { #expect(try await server.get("/hello").isComplete) }
            #expect(!server.probe.has("ended /compute"))
            server.probe.openGate()
            #expect(await server.probe.wait(for: "ended /compute", times: 3))
            #expect(await eventually { server.status.totals.served == 23 })
            for reader in readers { reader.join() }
        }
    }

    @Test("A short request waits for one turn of the long ones that came before it, not for all they have to give")
    func putsFirstTurnsFirst() async throws {
        try await withServer {
            $0.threads = 1
            $0.maximumThreads = 1
        } _: { server in
            // Until all wait for the one worker.
            let blocking = try server.connect()
            try await blocking.send(Wire.get("/block"))
            #expect(await server.probe.wait(for: "began /block"))
            // Each fits into the socket, so that nothing but the order makes it wait.
            var clients: [TestClient] = []
            for _ in 0..<100 {
                let client = try server.connect()
                try await client.send(Wire.get("/slow-pieces", flags: 0))
                clients.append(client)
            }
            let short = try server.connect()
            try await short.send(Wire.get("/hello", flags: 0))
            server.probe.openGate()
            #expect(try await short.answer().isComplete)
            for client in clients { #expect(try await client.answer().bodyCount == 40_000) }
            let before = server.probe.countBefore("ended /hello", of: "ended /slow-pieces")
            #expect(before < 50, "\(before) long ones were through before it")
        }
    }

    @Test("A short request overtakes those that are known to compute for long before their first byte")
    func putsShortOnesFirst() async throws {
        try await withServer {
            $0.threads = 1
            $0.maximumThreads = 1
        } _: { server in
            for _ in 0..<3 { #expect(try await server.get("/compute-first").isComplete) }
            // Until all wait for the one worker.
            let blocking = try server.connect()
            try await blocking.send(Wire.get("/block"))
            #expect(await server.probe.wait(for: "began /block"))
            let clients = try (0..<200).map { _ in try server.connect() }
            for client in clients { try await client.send(Wire.get("/compute-first", flags: 0)) }
            let short = try server.connect()
            try await short.send(Wire.get("/hello", flags: 0))
            server.probe.openGate()
            #expect(try await short.answer().isComplete)
            // None of them waits for ever.
            for client in clients { #expect(try await client.answer().isComplete) }
            let before = server.probe.countBefore("ended /hello", of: "ended /compute-first")
            #expect(before < 103, "\(before - 3) long ones were through before it")
        }
    }

    @Test("Workers that were added for views that block are as many as these need, at once")
    func growsFast() async throws {
        try await withServer {
            $0.maximumThreads = 40
        } _: { server in
            var clients: [TestClient] = []
            for _ in 0..<30 {
                let client = try server.connect()
                try await client.send(Wire.get("/block"))
                clients.append(client)
            }
            #expect(try await server.get("/hello").isComplete)
            // Those that were taken up last may not have begun yet.
            #expect(await server.probe.wait(for: "began /block", times: 30))
            #expect((31...40).contains(server.server.status.workers))
            server.probe.openGate()
            for client in clients { #expect(try await client.answer().isComplete) }
        }
    }
}
