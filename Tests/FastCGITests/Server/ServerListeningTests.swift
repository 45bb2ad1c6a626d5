import DownloadSystem
import Foundation
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import FastCGI

/// A server on several sockets.
@Suite(.timeLimit(.minutes(60))) struct ServerListeningTests {
    @Test("Requests are served on every socket, and the files of all go when the server stops", .blocking)
    func servesAllSockets() async throws {
        let paths = (0..<3).map { "/tmp/fcgi-test-\(getpid())-\($0)-\(UInt64.random(in: 0...UInt64.max)).sock" }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = try FastCGIServer(
            listener: .bound(to: paths.map { .unix(path: $0) } + [.tcp(host: "127.0.0.1", port: 0)]),
            handler: ProbeHandler(probe: Probe()),
            logger: logger
        )
        let running = Task { try await server.run() }
        var clients: [TestClient] = []
        for _ in 0..<3 {
            for path in paths {
                let client = try TestClient(path: path)
                try await client.send(Wire.get("/echo", flags: 1))
                #expect(try await client.answer().isComplete)
                clients.append(client)
            }
        }
        // All have been on each kind of socket: a connection's object is used again by the next.
        clients.removeAll()
        for path in paths {
            let client = try TestClient(path: path)
            try await client.send(Wire.get("/echo", flags: 0))
            #expect(try await client.answer().isComplete)
        }
        running.cancel()
        _ = await running.result
        for path in paths { #expect(!FileManager.default.fileExists(atPath: path)) }
    }
}
