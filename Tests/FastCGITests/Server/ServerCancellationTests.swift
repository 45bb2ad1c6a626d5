import DownloadSystem
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

/// Views that neither suspend nor write, or take no notice of being cancelled.
@Suite(.blocking, .timeLimit(.minutes(60))) struct ServerCancellationTests {
    @Test(
        "Views that compute without a pause end when their clients leave, even if they hold all workers there may be",
        arguments: ["/compute-silently", "/wait-then-compute"]
    )
    func noticesDepartures(target: String) async throws {
        try await withServer {
            $0.maximumThreads = 4
        } _: { server in
            let clients = try (0..<4).map { _ in try server.connect() }
            for client in clients { try await client.send(Wire.get(target)) }
            #expect(await server.probe.wait(for: "began \(target)", times: 4))
            #expect(await eventually { server.status.workers == 4 || target != "/compute-silently" })
            for client in clients { client.close() }
            #expect(await server.probe.wait(for: "ended \(target)", times: 4))
            #expect(await eventually { server.status.totals.aborted == 4 })
            #expect(try await server.get("/hello").isComplete)
        }
    }

    @Test("A departure that a worker was told of, and was then blocked by a view, is taken up all the same")
    func takesDeparturesOfBlockedWorkers() async throws {
        try await withServer {
            $0.maximumThreads = 2
        } _: { server in
            let clients = try (0..<2).map { _ in try server.connect() }
            for client in clients { try await client.send(Wire.get("/compute-silently")) }
            #expect(await server.probe.wait(for: "began /compute-silently", times: 2))
            let engine = server.server.engine
            let connections = engine.connections.withLock { $0.all.filter { $0.descriptor >= 0 } }
            // The kernel tells of each departure once, and has told a worker.
            for connection in connections { engine.pool.poller.remove(connection.descriptor) }
            for client in clients { client.close() }
            for connection in connections {
                engine.pool.events.append(Poller.Event(tag: connection.tag, events: .failed))
            }
            #expect(await server.probe.wait(for: "ended /compute-silently", times: 2))
            #expect(try await server.get("/hello").isComplete)
        }
    }

    @Test(
        "A limit breaks the response off on time although its view goes on",
        arguments: ["/block", "/write-then-block", "/ignores-its-end"]
    )
    func breaksOffOnTime(target: String) async throws {
        let log = RecordedLog()
        try await withServer(log: log, time: ManualTime()) {
            $0.requestLimit = .seconds(1)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get(target))
            #expect(await server.probe.wait(for: "began \(target)"))
            if target == "/write-then-block" { _ = try await client.output(upTo: "before\n") }
            if target == "/ignores-its-end" { _ = try await client.output(upTo: "first\n") }
            server.pass(.milliseconds(900))
            #expect(
                server.status.active == 1 && server.server.engine.statistics.leftRunning.load(ordering: .relaxed) == 0
            )
            server.pass(.milliseconds(500))
            let answer = try await client.answer()
            #expect(answer.isBroken)
            #expect(!answer.isComplete)
            #expect(!server.probe.has("ended \(target)"))
            server.pass(.milliseconds(100))
            try await client.readToEnd()
            #expect(await eventually { log.lines.contains { $0.contains("does not notice that it is cancelled") } })
            // What the view still writes reaches nobody, and its connection serves the next.
            server.probe.openGate()
            #expect(await server.probe.wait(for: "ended \(target)"))
            #expect(await eventually { server.status.active == 0 && server.status.connections == 0 })
            #expect(server.status.totals.timedOut == 1)
            #expect(try await server.get("/hello").isComplete)
        }
    }

    @Test("A client that takes nothing is cut although the view that wrote for it has blocked its thread")
    func limitsWritingOfBlockedViews() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/fill-then-block", flags: 0))
            #expect(await server.probe.wait(for: "filled"))
            server.pass(.seconds(59))
            #expect(server.server.engine.statistics.leftRunning.load(ordering: .relaxed) == 0)
            server.pass(.seconds(5))
            #expect(server.server.engine.statistics.leftRunning.load(ordering: .relaxed) == 1)
            let isComplete = try await client.answer().isComplete
            #expect(!isComplete)
            #expect(client.isReset)
            #expect(!server.probe.has("ended /fill-then-block"))
        }
    }

    @Test("Views that never notice that they are cut do not keep the server's workers for good")
    func replacesLostWorkers() async throws {
        try await withServer(time: ManualTime()) {
            $0.maximumThreads = 2
            $0.requestLimit = .seconds(1)
        } _: { server in
            let clients = try (0..<2).map { _ in try server.connect() }
            for client in clients { try await client.send(Wire.get("/block")) }
            #expect(await server.probe.wait(for: "began /block", times: 2))
            server.pass(.milliseconds(1500))
            for client in clients { #expect(try await client.answer().isBroken) }
            server.pass(.milliseconds(100))
            #expect(try await server.get("/hello").isComplete)
            #expect(!server.probe.has("ended /block"))
        }
    }

    @Test("What is cut when the server stops is broken off at once although its view blocks the thread")
    func breaksOffWhenStopping() async throws {
        try await withServer {
            $0.drainLimit = .milliseconds(1)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/write-then-block", flags: 0))
            _ = try await client.output(upTo: "before\n")
            await server.group.triggerGracefulShutdown()
            #expect(try await client.answer().isBroken)
            #expect(!server.probe.has("ended /write-then-block"))
            server.probe.openGate()
            await #expect(throws: (any Error).self) { try await server.running.value }
        }
    }
}
