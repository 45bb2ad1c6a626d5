import DownloadSystem
import Glibc
import Logging
import TestSupport
import Testing

@testable import FastCGI

/// What a server does to the program that it is a part of. One after another, since they share what the program's
/// signals do.
@Suite(.blocking, .serialized, .timeLimit(.minutes(60))) struct ServerEmbeddingTests {
    @Test("A server that runs as a service leaves signals as its program has them", arguments: [SIGTERM, SIGUSR1])
    func leavesSignals(signal: Int32) async throws {
        try await withServer { server in
            _ = try await server.get("/hello")
            var action = sigaction()
            _ = unsafe sigaction(signal, nil, &action)
            let isDefault = unsafe action.__sigaction_handler.sa_handler == nil
            #expect(isDefault, "what ended the program before does so no longer")
        }
    }

    @Test("A server that runs as a service logs where it listens, as one that leads its program does")
    func saysWhereItListens() async throws {
        let path = temporarySocketPath()
        let log = RecordedLog()
        let server = try FastCGIServer(
            listener: .bound(to: .unix(path: path)),
            handler: ProbeHandler(probe: Probe()),
            logger: Logger(label: "test") { _ in log }
        )
        let running = Task { try await server.run() }
        #expect(await eventually { log.lines.contains { $0.hasPrefix("info serving listen=unix:\(path) threads=") } })
        running.cancel()
        try await running.value
    }

    @Test("A server that is run a second time refuses, and goes on serving")
    func runsOnce() async throws {
        try await withServer { server in
            _ = try await server.get("/hello")
            await #expect(throws: (any Error).self) { try await server.server.run() }
            #expect(try await server.get("/hello").isComplete)
        }
    }

    @Test("Cancelling a second run of a server does not stop the first")
    func isStoppedByItsOwnRun() async throws {
        try await withServer { server in
            _ = try await server.get("/hello")
            let again = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                try await server.server.run()
            }
            await #expect(throws: ServerAlreadyRun.self) { try await again.value }
            for _ in 1...20 {
                let response = try await server.get("/hello")
                #expect(response.isComplete)
            }
        }
    }

    /// A server on a socket of its own that logs nothing.
    private func silentServer(at path: String) throws -> FastCGIServer<ProbeHandler> {
        try FastCGIServer(
            listener: .bound(to: .unix(path: path)),
            handler: ProbeHandler(probe: Probe()),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("A server that is cancelled while nothing is under way has cut nothing")
    func cutsNothing() async throws {
        let path = temporarySocketPath()
        let server = try silentServer(at: path)
        let running = Task { try await server.run() }
        // A connection that may still bring its first request.
        let client = try TestClient(path: path)
        #expect(await eventually { server.status.connections == 1 })
        running.cancel()
        try await running.value
        withExtendedLifetime(client) {}
    }

    @Test("A request that has come in part when its server is cancelled counts as cut, and its connection is closed")
    func cutsWhatHasComeInPart() async throws {
        let path = temporarySocketPath()
        let server = try silentServer(at: path)
        let running = Task { try await server.run() }
        let client = try TestClient(path: path)
        try await client.send(Array(Wire.get("/hello").dropLast(8)))
        #expect(await eventually { server.status.heldBytes > 0 })
        running.cancel()
        let error = await #expect(throws: DrainIncomplete.self) { try await running.value }
        #expect(error?.count == 1)
        #expect(server.status.connections == 0)
        #expect(try await client.seesEnd())
    }

    @Test("A signal stops all servers of a program that wait for one", arguments: [SIGTERM, SIGINT])
    func stopsAll(signal: Int32) async throws {
        let statuses = Lock<[Int32]>([])
        let paths = (0..<3).map { _ in temporarySocketPath() }
        let threads = try paths.map { path in
            let server = try FastCGIServer(
                listener: .bound(to: .unix(path: path)),
                handler: ProbeHandler(probe: Probe()),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            return try OwnThread {
                let status = try? server.runHandlingSignals()
                statuses.withLock { $0.append(status ?? -1) }
            }
        }
        for path in paths {
            let client = try TestClient(path: path)
            try await client.send(Wire.get("/hello", flags: 0))
            #expect(try await client.answer().isComplete)
        }
        kill(getpid(), signal)
        #expect(await eventually { statuses.withLock { $0.count } == 3 })
        #expect(statuses.withLock { $0 } == [0, 0, 0])
        for thread in threads { thread.join() }
        var action = sigaction()
        _ = unsafe sigaction(signal, nil, &action)
        let isDefault = unsafe action.__sigaction_handler.sa_handler == nil
        #expect(isDefault)
    }
}
