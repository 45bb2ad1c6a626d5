import DownloadSystem
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

/// The end of a server.
@Suite(.blocking, .timeLimit(.minutes(60))) struct ServerStoppingTests {
    @Test("What was cut is told in good grammar", arguments: [(1, "1 request was cut"), (2, "2 requests were cut")])
    func tellsCut(count: Int, beginning: String) {
        #expect(DrainIncomplete(count: count).description == "\(beginning) when the server stopped")
    }

    @Test("Graceful shutdown lets requests under way finish, and accepts no more")
    func drains() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/gate"))
            _ = try await client.output(upTo: "before\n")
            let idle = try server.connect()
            try await idle.send(Wire.get("/hello"))
            _ = try await idle.answer()
            await server.group.triggerGracefulShutdown()
            #expect(try await idle.seesEnd())
            #expect(await eventually { (try? server.connect()) == nil })
            server.probe.openGate()
            let answer = try await client.answer()
            #expect(answer.text == "after\n")
            #expect(answer.isComplete)
            try await server.running.value
        }
    }

    @Test("Past the drain limit requests are cut visibly, and the server says so")
    func cutsAfterDrainLimit() async throws {
        try await withServer {
            $0.drainLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/wait"))
            _ = try await client.output(upTo: "first\n")
            await server.group.triggerGracefulShutdown()
            let answer = try await client.answer()
            #expect(!answer.isComplete)
            #expect(answer.isBroken)
            await #expect(throws: (any Error).self) { try await server.running.value }
        }
    }

    /// Begins to stop a server whose clock stands, and cuts what is under way: it ends two seconds after that.
    private func cut(_ server: TestServer) async {
        await server.group.triggerGracefulShutdown()
        #expect(await eventually { server.server.engine.draining.load(ordering: .relaxed) })
        // The limit runs from when the shutdown was heard of, which may be a moment later.
        #expect(
            await eventually {
                server.time?.advance(by: 50)
                return server.log.lines.contains { $0.contains("cutting the requests under way") }
            }
        )
    }

    @Test("A request that comes whole only after the drain limit is cut visibly like the others")
    func cutsAfterTheCut() async throws {
        try await withServer(log: RecordedLog(), time: ManualTime()) {
            $0.drainLimit = .milliseconds(50)
        } _: { server in
            let waiting = try server.connect()
            try await waiting.send(Wire.get("/wait"))
            _ = try await waiting.output(upTo: "first\n")
            let late = try server.connect()
            let request = Wire.get("/wait", flags: 0)
            try await late.send(Array(request.dropLast(8)))
            #expect(await eventually { server.status.heldBytes > 0 })
            await cut(server)
            #expect(try await waiting.answer().isBroken)
            try await late.send(Array(request.suffix(8)))
            let answer = try await late.answer()
            #expect(answer.isBroken && !answer.isComplete)
            _ = await server.running.result
        }
    }

    @Test("A view that does not end when its server does leaves no download that looks whole")
    func leavesBehindVisibly() async throws {
        try await withServer {
            $0.drainLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/write-then-block", flags: 0))
            #expect(try await client.output(upTo: "before\n").hasSuffix("before\n"))
            await server.group.triggerGracefulShutdown()
            await #expect(throws: (any Error).self) { try await server.running.value }
            server.probe.openGate()
            let answer = try await client.answer()
            #expect(answer.isBroken)
            #expect(!answer.isComplete)
        }
    }

    @Test(
        "A view left behind whose client takes nothing leaves no download that looks whole, when it ends at last",
        arguments: ["/fill-then-block", "/fill-then-block-then-write"]
    )
    func leavesBehindFullVisibly(target: String) async throws {
        try await withServer {
            $0.drainLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get(target, flags: 0))
            #expect(await server.probe.wait(for: "filled"))
            await server.group.triggerGracefulShutdown()
            await #expect(throws: (any Error).self) { try await server.running.value }
            server.probe.openGate()
            #expect(await eventually { server.server.status.connections == 0 })
            let isComplete = try await client.answer().isComplete
            #expect(!isComplete)
            #expect(client.isReset)
        }
    }

    @Test("A view that waits longer than its server lives goes on to its end, and its connection is closed")
    func endsWhatWasLeftBehind() async throws {
        try await withServer {
            $0.drainLimit = .milliseconds(50)
        } _: { server in
            let clients = try (0..<5).map { _ in try server.connect() }
            for client in clients {
                try await client.send(Wire.get("/ignores-its-end", flags: 0))
                #expect(try await client.output(upTo: "first\n").hasSuffix("first\n"))
            }
            await server.group.triggerGracefulShutdown()
            await #expect(throws: (any Error).self) { try await server.running.value }
            server.probe.openGate()
            #expect(await server.probe.wait(for: "ended /ignores-its-end", times: 5))
            #expect(await eventually { server.server.status.connections == 0 })
            for client in clients { #expect(try await client.answer().isBroken) }
        }
    }

    @Test("A request that comes just before its server ends, of a client that takes nothing, leaves no connection")
    func leavesNoWaitingTask() async throws {
        try await withServer(log: RecordedLog(), time: ManualTime()) {
            $0.drainLimit = .milliseconds(50)
        } _: { server in
            let waiting = try server.connect()
            try await waiting.send(Wire.get("/wait"))
            _ = try await waiting.output(upTo: "first\n")
            let late = try server.connect()
            let request = Wire.get("/endless", flags: 0)
            try await late.send(Array(request.dropLast(8)))
            #expect(await eventually { server.status.heldBytes > 0 })
            await cut(server)
            #expect(try await waiting.answer().isBroken)
            // The server ends two seconds after it has cut what was under way: before a second more has passed.
            server.time?.advance(by: 1500)
            try await late.send(Array(request.suffix(8)))
            #expect(await server.probe.wait(for: "began /endless"))
            server.time?.advance(by: 500)
            _ = await server.running.result
            #expect(await eventually { server.server.status.connections == 0 })
        }
    }
}
