import TestSupport
import Testing

@testable import FastCGI

/// A server that has no room left.
@Suite(.blocking, .timeLimit(.minutes(60))) struct ServerOverloadTests {
    /// Clients that take nothing of an endless download, each a second longer than the next.
    private func stall(_ count: Int, at server: TestServer) async throws -> [TestClient] {
        var clients: [TestClient] = []
        for number in 1...count {
            let client = try server.connect()
            try await client.send(Wire.get("/endless", flags: 0))
            let isStalled = await eventually {
                server.status.slowest.count { $0.phase == .writing } + server.status.totals.evicted == number
            }
            try #require(isStalled)
            server.time?.advance(by: 1000)
            clients.append(client)
        }
        return clients
    }

    /// A request that needs another's place: a task that is to make it and does not react is cut when its time is over.
    private func helloWhileTimePasses(at server: TestServer) async throws -> Answer {
        let client = try server.connect()
        try await client.send(Wire.get("/hello", flags: 0))
        let isAnswered = await eventually {
            server.pass(.milliseconds(50))
            return Socket.isReady(client.descriptor, for: .readable)
        }
        try #require(isAnswered)
        return try await client.answer()
    }

    @Test("A request takes the place of the client that has taken nothing for longest, which is cut visibly")
    func evictsForRequests() async throws {
        try await withServer(time: ManualTime()) {
            $0.maximumRequests = 3
        } _: { server in
            let clients = try await stall(3, at: server)
            #expect(try await helloWhileTimePasses(at: server).isComplete)
            try #require(await eventually { server.status.totals.evicted == 1 })
            try #require(await eventually { Socket.isReady(clients[0].descriptor, for: .failed) })
            let isComplete = try await clients[0].answer().isComplete
            #expect(!isComplete && clients[0].isReset)
            #expect(server.status.slowest.count { $0.phase == .writing } == 2)
            #expect(server.status.totals.refused.isEmpty)
        }
    }

    @Test("Clients that have only just begun to wait make no room, and the refusal says when to come again")
    func refusesWhereNobodyIsStalled() async throws {
        try await withServer(time: ManualTime()) {
            $0.maximumRequests = 1
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/endless"))
            #expect(await eventually { server.status.slowest.first?.phase == .writing })
            let answer = try await server.get("/hello")
            #expect(answer.text.hasPrefix("Status: 503 "))
            #expect(answer.text.contains("\r\nRetry-After: 5\r\n"))
            #expect(server.status.totals.evicted == 0)
        }
    }

    @Test("A client that has taken something meanwhile is passed over")
    func sparesWhoTakes() async throws {
        try await withServer(time: ManualTime()) {
            $0.maximumRequests = 2
        } _: { server in
            let clients = try await stall(2, at: server)
            server.pass(.seconds(2))
            try await clients[0].receive(upTo: 100_000)
            #expect(try await server.get("/hello").isComplete)
            #expect(await eventually { Socket.isReady(clients[1].descriptor, for: .failed) })
            #expect(!Socket.isReady(clients[0].descriptor, for: .failed))
        }
    }

    @Test(
        "However much is held for slow clients, a request that holds nothing is served; who waited longest pays"
    )
    func evictsForMemory() async throws {
        try await withServer(time: ManualTime()) {
            $0.maximumHeldBytes = 100_000
        } _: { server in
            let clients = try await stall(6, at: server)
            #expect(try await helloWhileTimePasses(at: server).isComplete)
            server.server.engine.freeHeldBytes()
            #expect(server.status.heldBytes <= 100_000)
            #expect(await eventually { server.status.totals.evicted > 0 })
            let evicted = server.status.totals.evicted
            try #require(evicted < 6)
            for client in clients.prefix(evicted) {
                try #require(await eventually { Socket.isReady(client.descriptor, for: .failed) })
                let isComplete = try await client.answer().isComplete
                #expect(!isComplete && client.isReset)
            }
        }
    }

    @Test("As many clients may be slow by default as there may be requests, whatever is held for each")
    func agreesByDefault() {
        let configuration = FastCGIConfiguration()
        #expect(configuration.maximumHeldBytes >= configuration.maximumRequests * BufferPool.bufferSize)
    }
}
