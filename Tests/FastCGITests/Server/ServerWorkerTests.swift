import TestSupport
import Testing

@testable import FastCGI

/// Views that hold the workers.
@Suite(.blocking, .timeLimit(.minutes(5))) struct ServerWorkerTests {
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

    @Test("Generators that compute for clients that are always quicker leave others their turn, without more workers")
    func sharesWorkers() async throws {
        var workers = 0
        // On a machine that is busy itself a worker may seem blocked for once.
        for _ in 0..<3 where workers != 1 {
            try await withServer {
                $0.threads = 1
            } _: { server in
                var readers: [Task<Answer, any Error>] = []
                for _ in 0..<3 {
                    let client = try server.connect()
                    try await client.send(Wire.get("/compute"))
                    readers.append(Task { try await client.answer() })
                }
                #expect(await server.probe.wait(for: "began /compute", times: 3))
                for _ in 0..<20 { #expect(try await server.get("/hello").isComplete) }
                workers = server.server.status.workers
                #expect(!server.probe.has("ended /compute"))
                server.probe.openGate()
                for reader in readers { #expect(try await reader.value.isComplete) }
            }
        }
        #expect(workers == 1)
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
