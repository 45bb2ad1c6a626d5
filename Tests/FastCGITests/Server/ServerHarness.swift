import DownloadSystem
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

/// A server on a socket in a temporary directory, for the duration of `body`.
///
/// - Parameter time: What the server's limits go by; the monotonic clock if nil.
func withServer(
    log: RecordedLog? = nil,
    time: ManualTime? = nil,
    _ configure: (inout FastCGIConfiguration) -> Void = { _ in },
    _ body: (TestServer) async throws -> Void
) async throws {
    var configuration = FastCGIConfiguration()
    configuration.threads = 2
    configure(&configuration)
    let path = temporarySocketPath()
    let probe = Probe()
    var logger = log.map { log in Logger(label: "test") { _ in log } } ?? Logger(label: "test")
    if log == nil { logger.logLevel = .critical }
    let server = try FastCGIServer(
        listener: .bound(to: .unix(path: path)),
        handler: ProbeHandler(probe: probe),
        configuration: configuration,
        logger: logger,
        clock: time.map { time in ServerClock { time.now } } ?? .monotonic
    )
    var serviceLogger = Logger(label: "test")
    serviceLogger.logLevel = .critical
    let group = ServiceGroup(
        configuration: .init(
            services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
            logger: serviceLogger
        )
    )
    // Not on the threads that all tests share: a test that holds these would keep the server from starting.
    let running = Task(executorPreference: TestExecutor.blocking) { try await group.run() }
    let test = TestServer(
        path: path,
        probe: probe,
        server: server,
        group: group,
        running: running,
        time: time,
        log: log ?? RecordedLog()
    )
    do {
        try await body(test)
    } catch {
        await test.end()
        throw error
    }
    await test.end()
    #expect(!FileManager.default.fileExists(atPath: path), "the socket's file is left behind")
}

struct TestServer {
    let path: String
    let probe: Probe
    let server: FastCGIServer<ProbeHandler>
    let group: ServiceGroup
    let running: Task<Void, any Error>
    let time: ManualTime?
    /// What it logs, if the test asked for that.
    let log: RecordedLog

    var status: ServerStatus { server.status }

    /// Lets time pass for the server, which looks at its limits meanwhile as often as it always does.
    func pass(_ duration: Duration) {
        for _ in 0..<max(1, duration.milliseconds / 100) {
            time?.advance(by: min(100, duration.milliseconds))
            server.engine.keepLimits(at: server.engine.clock.now)
        }
    }

    /// Ends the server, for which time passes meanwhile: what it waits for at its end has a limit.
    func end() async {
        probe.openGate()
        running.cancel()
        let passing = Task(executorPreference: TestExecutor.blocking) {
            while !Task.isCancelled {
                time?.advance(by: 20)
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
        _ = await running.result
        passing.cancel()
    }

    func connect() throws -> TestClient { try TestClient(path: path) }

    /// One request on a connection of its own.
    func get(_ target: String) async throws -> Answer {
        let client = try connect()
        try await client.send(Wire.get(target, flags: 0))
        return try await client.answer()
    }
}

extension Wire {
    static func get(_ target: String, id: UInt16 = 1, flags: UInt8 = 1) -> [UInt8] {
        request(id: id, flags: flags, [("REQUEST_METHOD", "GET"), ("REQUEST_URI", target)])
    }

    static func post(_ target: String, body: [UInt8]) -> [UInt8] {
        let parameters = [("REQUEST_METHOD", "POST"), ("REQUEST_URI", target), ("CONTENT_LENGTH", "\(body.count)")]
        return begin() + Wire.parameters(parameters.flatMap { pair($0.0, $0.1) }) + Wire.parameters()
            + stride(from: 0, to: body.count, by: 32_768)
            .flatMap {
                input(Array(body[$0..<min($0 + 32_768, body.count)]))
            } + input()
    }
}

/// A clock that stands until a test advances it.
final class ManualTime: Sendable {
    private let milliseconds = Atomic<Int64>(1_000_000)

    var now: Int64 { milliseconds.load(ordering: .sequentiallyConsistent) }

    func advance(by milliseconds: Int64) {
        self.milliseconds.add(milliseconds, ordering: .sequentiallyConsistent)
    }
}
