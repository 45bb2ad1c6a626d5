import DownloadCore
import Foundation
import HTTPTypes
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import FastCGI

/// What the handler of a test server has seen, and what lets its waiting views go.
final class Probe: Sendable {
    private let events = Lock<[String]>([])
    private let gate = Lock<Bool>(false)

    func note(_ event: String) { events.withLock { $0.append(event) } }
    func has(_ event: String) -> Bool { events.withLock { $0.contains(event) } }
    func count(of event: String) -> Int { events.withLock { $0.count { $0 == event } } }
    func openGate() { gate.withLock { $0 = true } }
    var isGateOpen: Bool { gate.withLock { $0 } }

    /// Waits until `event` was noted, for a minute at most.
    func wait(for event: String, times: Int = 1) async -> Bool {
        await eventually { self.count(of: event) >= times }
    }
}

/// The lines that a server has logged, as `level message key=value…` with the keys sorted.
final class RecordedLog: LogHandler, Sendable {
    private let recorded = Lock<[String]>([])
    private let level: Logger.Level

    init(level: Logger.Level = .info) {
        self.level = level
    }

    var lines: [String] { recorded.withLock { $0 } }
    var logLevel: Logger.Level {
        get { level }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        recorded.withLock { $0.append("\(event.level) \(event.message)\(pairs.joined())") }
    }
}

/// Waits until a condition holds, for a minute at most.
func eventually(_ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return condition()
}

/// The views of the test server, by the last part of the request's target.
struct ProbeHandler: RequestHandler {
    let probe: Probe
    static let chunk = [UInt8](repeating: 120, count: 65_536)

    struct Failure: Error {}

    func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws {
        var head = HTTPResponse(status: .ok)
        head.headerFields[.contentType] = "text/plain"
        let target = request.http.path ?? ""
        probe.note("began \(target)")
        defer { probe.note("ended \(target)") }
        sink.noteRoute("the route of \(target)")
        switch target {
        case "/echo":
            sink.begin(head, extent: .exactly(Int64(request.body.count)))
            try await sink.write(request.body)
        case "/wait":
            sink.begin(head, extent: .unknown)
            try await sink.write("first\n")
            try await Task.sleep(for: .seconds(1000))
        case "/gate":
            sink.begin(head, extent: .unknown)
            try await sink.write("before\n")
            while !probe.isGateOpen { try await Task.sleep(for: .milliseconds(2)) }
            try await sink.write("after\n")
        case "/block":
            while !probe.isGateOpen { usleep(1000) }
            sink.begin(head, extent: .exactly(2))
            try await sink.write("ok")
        case "/compute":
            sink.begin(head, extent: .unknown)
            while !probe.isGateOpen {
                let end = ContinuousClock.now + .milliseconds(2)
                while ContinuousClock.now < end {}
                try await sink.write(Self.chunk)
            }
        case "/write-then-block":
            sink.begin(head, extent: .unknown)
            try await sink.write("before\n")
            while !probe.isGateOpen { usleep(1000) }
            try await sink.write("after\n")
        case "/endless":
            sink.begin(head, extent: .unknown)
            while true { try await sink.write(Self.chunk) }
        case "/large":
            sink.begin(head, extent: .unknown)
            for _ in 0..<64 { try await sink.write(Self.chunk) }
        case "/small-pieces":
            sink.begin(head, extent: .unknown)
            for number in 0..<100_000 { try await sink.write("\(number)\n") }
        case "/suspending":
            sink.begin(head, extent: .unknown)
            for number in 0..<300_000 {
                try await sink.write("\(number)\n")
                if number % 2000 == 0 { await Task.yield() }
            }
        case let target where target.hasPrefix("/bytes/"):
            sink.begin(head, extent: .unknown)
            try await sink.write([UInt8](repeating: 120, count: Int(target.dropFirst("/bytes/".count)) ?? 0))
        case "/main-actor":
            sink.begin(head, extent: .unknown)
            for number in 0..<10 {
                let text = await MainActor.run { "line \(number)\n" }
                try await sink.write(text)
            }
        case "/throws-at-once":
            throw Failure()
        case "/throws-midway":
            sink.begin(head, extent: .unknown)
            try await sink.write([UInt8](repeating: 120, count: 50_000))
            throw Failure()
        case "/throws-at-end":
            sink.begin(head, extent: .exactly(10))
            try await sink.write("0123456789")
            throw Failure()
        case "/short":
            sink.begin(head, extent: .exactly(100_000))
            try await sink.write([UInt8](repeating: 120, count: 50_000))
        case "/long":
            sink.begin(head, extent: .exactly(50_000))
            try await sink.write([UInt8](repeating: 120, count: 50_000))
            // A view that swallows the refusal must not make a whole file of it.
            try? await sink.write("more")
        case "/swallows":
            sink.begin(head, extent: .unknown)
            // A view that takes no notice of the refusal, and ends as if all were well.
            try? await sink.write([UInt8](repeating: 120, count: 2_000_000))
            probe.note("swallowed")
            while !probe.isGateOpen { usleep(1000) }
        case "/swallows-and-goes-on":
            sink.begin(head, extent: .exactly(100 * Int64(Self.chunk.count)))
            for _ in 0..<100 { try? await sink.write(Self.chunk) }
            probe.note("swallowed")
            while !probe.isGateOpen { usleep(1000) }
        case "/refused":
            sink.note(DownloadError(.forbidden, reason: "not today"))
            head.status = .forbidden
            sink.begin(head, extent: .none)
        case "/goes-on-behind-its-end":
            sink.begin(head, extent: .unknown)
            try await sink.write("all")
            try await sink.finish()
            try? await sink.write("more")
            try await Task.sleep(for: .milliseconds(50))
            try? await sink.write(Self.chunk + Self.chunk)
        case "/no-head":
            try await sink.finish()
        case "/content-without-head":
            try await sink.write("Hello")
        case "/nothing":
            return
        case "/second-head":
            sink.begin(head, extent: .exactly(10))
            try await sink.write("01234")
            sink.begin(HTTPResponse(status: .notFound), extent: .unknown)
            try? await sink.write("56789")
        case "/large-head":
            head.headerFields[.contentDisposition] = String(repeating: "a", count: 70_000)
            sink.begin(head, extent: .none)
        default:
            sink.begin(head, extent: .exactly(13))
            for piece in ["Hello ", "world!", "\n"] { try await sink.write(piece) }
        }
        try await sink.finish()
    }
}

/// A server on a socket in a temporary directory, for the duration of `body`.
func withServer(
    log: RecordedLog? = nil,
    _ configure: (inout FastCGIConfiguration) -> Void = { _ in },
    _ body: (TestServer) async throws -> Void
) async throws {
    var configuration = FastCGIConfiguration()
    configuration.threads = 2
    configure(&configuration)
    let path = "/tmp/fcgi-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).sock"
    let probe = Probe()
    var logger = log.map { log in Logger(label: "test") { _ in log } } ?? Logger(label: "test")
    if log == nil { logger.logLevel = .critical }
    let server = try FastCGIServer(
        listener: .bound(to: .unix(path: path)),
        handler: ProbeHandler(probe: probe),
        configuration: configuration,
        logger: logger
    )
    var serviceLogger = Logger(label: "test")
    serviceLogger.logLevel = .critical
    let group = ServiceGroup(
        configuration: .init(
            services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
            logger: serviceLogger
        )
    )
    let running = Task { try await group.run() }
    let test = TestServer(path: path, probe: probe, server: server, group: group, running: running)
    do {
        try await body(test)
    } catch {
        probe.openGate()
        running.cancel()
        _ = await running.result
        throw error
    }
    probe.openGate()
    running.cancel()
    _ = await running.result
    #expect(!FileManager.default.fileExists(atPath: path), "the socket's file is left behind")
}

struct TestServer {
    let path: String
    let probe: Probe
    let server: FastCGIServer<ProbeHandler>
    let group: ServiceGroup
    let running: Task<Void, any Error>

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

/// What a test client read of one request's answer.
struct Answer {
    var output: [UInt8] = []
    /// Whether `FCGI_END_REQUEST` with `FCGI_REQUEST_COMPLETE` came.
    var isComplete = false
    /// Whether a record came that is none.
    var isBroken = false

    var text: String { String(decoding: output, as: UTF8.self) }
    var body: String {
        guard let end = text.range(of: "\r\n\r\n") else { return "" }
        return String(text[end.upperBound...])
    }
    var bodyCount: Int {
        guard let end = text.range(of: "\r\n\r\n") else { return 0 }
        return text[end.upperBound...].utf8.count
    }
}

/// The web server's end of a connection, byte by byte. Reading and writing wait a minute at most, without holding a thread.
final class TestClient {
    let descriptor: Int32
    private var buffer: [UInt8] = []

    struct TimedOut: Error {}
    struct Refused: Error { let code: Int32 }

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            let code = errno
            close()
            throw Refused(code: code)
        }
    }

    deinit { close() }

    private var isClosed = false
    func close() {
        if !isClosed { Glibc.close(descriptor) }
        isClosed = true
    }

    /// Says that no more will be sent, and goes on reading.
    func closeSendingHalf() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func send(_ bytes: [UInt8]) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        var sent = 0
        while sent < bytes.count {
            let rest = bytes[sent...]
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else {
                guard errno == EAGAIN else { throw Refused(code: errno) }
                guard ContinuousClock.now < deadline else { throw TimedOut() }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    /// Reads until the buffer has so many bytes, of which no record was taken yet.
    func receive(upTo count: Int) async throws {
        while buffer.count < count, try await fill(count - buffer.count) {}
    }

    /// Reads once more into the buffer; false at the end of the connection.
    private func fill(_ most: Int = 65_536) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            var count = 0
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, size in
                unsafe count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                size = max(0, count)
            }
            buffer += chunk
            if count >= 0 { return count > 0 }
            guard errno == EAGAIN else { return false }
            guard ContinuousClock.now < deadline else { throw TimedOut() }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// The next record; nil at the end of the connection.
    func record() async throws -> (type: UInt8, id: Int, content: [UInt8])? {
        while true {
            if buffer.count >= 8 {
                if buffer[0] != 1 { return (buffer[1], -1, []) }
                let length = Int(buffer[4]) << 8 | Int(buffer[5])
                let total = 8 + length + Int(buffer[6])
                if buffer.count >= total {
                    let record = (buffer[1], Int(buffer[2]) << 8 | Int(buffer[3]), Array(buffer[8..<8 + length]))
                    buffer.removeFirst(total)
                    return record
                }
            }
            guard try await fill() else { return nil }
        }
    }

    /// Reads what comes until nothing more has come for a while.
    func readWhatComes(pause: Duration) async throws {
        var last = ContinuousClock.now
        while ContinuousClock.now - last < pause {
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, size in
                size = max(0, unsafe recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
            }
            buffer += chunk
            if !chunk.isEmpty { last = ContinuousClock.now }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Reads output until `text` has come; what came so far.
    func output(upTo text: String) async throws -> String {
        var output: [UInt8] = []
        while !String(decoding: output, as: UTF8.self).contains(text) {
            guard let record = try await record(), record.type == 6 else { break }
            output += record.content
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Reads one answer to its end, whatever its end is.
    ///
    /// - Parameter pause: How long to wait before each record.
    func answer(pausing pause: Duration? = nil) async throws -> Answer {
        var answer = Answer()
        while let record = try await record() {
            if let pause { try await Task.sleep(for: pause) }
            if record.id == -1 {
                answer.isBroken = true
                return answer
            }
            switch record.type {
            case 6: answer.output += record.content
            case 3:
                answer.isComplete = record.content[4] == 0
                return answer
            default: break
            }
        }
        return answer
    }

    /// Whether the server closes the connection, with nothing more on it.
    func seesEnd() async throws -> Bool {
        try await record() == nil
    }
}
