import DownloadCore
import DownloadSystem
import Glibc
import HTTPTypes
import TestSupport

@testable import FastCGI

/// What the handler of a test server has seen, and what lets its waiting views go.
final class Probe: Sendable {
    private let events = Lock<[String]>([])
    private let gate = Lock<Bool>(false)

    func note(_ event: String) { events.withLock { $0.append(event) } }
    func has(_ event: String) -> Bool { events.withLock { $0.contains(event) } }
    func count(of event: String) -> Int { events.withLock { $0.count { $0 == event } } }
    /// How many events of one kind came before the first of another.
    func countBefore(_ first: String, of event: String) -> Int {
        events.withLock { $0.prefix { $0 != first }.count { $0 == event } }
    }
    func openGate() { gate.withLock { $0 = true } }
    var isGateOpen: Bool { gate.withLock { $0 } }

    /// Waits until `event` was noted, for a minute at most.
    func wait(for event: String, times: Int = 1) async -> Bool {
        await eventually { self.count(of: event) >= times }
    }
}

/// The views of the test server, by the last part of the request's target.
struct ProbeHandler: RequestHandler {
    let probe: Probe
    static let chunk = [UInt8](repeating: 120, count: 65_536)

    struct Failure: Error {}

    func maximumBodySize(of request: DownloadRequest) -> Int64? {
        request.http.path == "/limited" ? 1000 : nil
    }

    func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws {
        var head = HTTPResponse(status: .ok)
        head.headerFields[.contentType] = "text/plain"
        let target = request.http.path ?? ""
        probe.note("began \(target)")
        defer { probe.note("ended \(target)") }
        sink.didMatch(route: "the route of \(target)")
        switch target.split(separator: "?").first.map(String.init) ?? target {
        case "/limited" where request.lacksContent:
            sink.begin(HTTPResponse(status: .contentTooLarge), extent: .exactly(9))
            try await sink.write("too much\n")
        case "/echo", "/limited":
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
        case "/ignores-its-end":
            sink.begin(head, extent: .unknown)
            try await sink.write("first\n")
            // What waits there is not told that this task is cancelled.
            await Task.detached { [probe] in while !probe.isGateOpen { try? await Task.sleep(for: .milliseconds(2)) } }
                .value
            try await sink.write("last\n")
        case "/compute-silently":
            // As a search that finds nothing: it neither suspends nor writes.
            while !Task.isCancelled, !probe.isGateOpen { usleep(1000) }
            throw CancellationError()
        case "/wait-then-compute":
            try await Task.sleep(for: .milliseconds(1))
            while !Task.isCancelled, !probe.isGateOpen { usleep(1000) }
            throw CancellationError()
        case "/compute":
            sink.begin(head, extent: .unknown)
            while !probe.isGateOpen {
                let end = ContinuousClock.now + .milliseconds(2)
                while ContinuousClock.now < end {}
                try await sink.write(Self.chunk)
            }
        case "/compute-first":
            // As a query does before its first row.
            let end = ContinuousClock.now + .milliseconds(1)
            while ContinuousClock.now < end {}
            sink.begin(head, extent: .exactly(2))
            try await sink.write("ok")
        case "/untyped":
            try await FunctionView { _ in ContentFile("x", name: "report") }.respond(to: request, into: &sink)
        case "/write-then-block":
            sink.begin(head, extent: .unknown)
            try await sink.write("before\n")
            while !probe.isGateOpen { usleep(1000) }
            try await sink.write("after\n")
        case "/fill-then-block", "/fill-then-block-then-write":
            sink.begin(head, extent: .unknown)
            // More than the socket takes, less than that and the buffer.
            try await sink.write([UInt8](repeating: 120, count: 250_000))
            probe.note("filled")
            while !probe.isGateOpen { usleep(1000) }
            if target.hasSuffix("write") { try await sink.write("after\n") }
        case "/drops":
            sink.begin(head, extent: .unknown)
            // As a range near the end of a content that is produced again. It never suspends by itself.
            var cut = RangeSink(sink, range: .max - 1..<Int64.max)
            var failure: (any Error)?
            do {
                while !probe.isGateOpen { try await cut.write(Self.chunk) }
            } catch {
                failure = error
            }
            var missing: Int64 = 0
            sink = cut.finish(missing: &missing)
            if let failure { throw failure }
        case "/endless":
            sink.begin(head, extent: .unknown)
            while true { try await sink.write(Self.chunk) }
        case "/large":
            sink.begin(head, extent: .unknown)
            for _ in 0..<64 { try await sink.write(Self.chunk) }
        case "/slow-pieces":
            sink.begin(head, extent: .unknown)
            for _ in 0..<40 {
                usleep(50)
                try await sink.write(Self.chunk.prefix(1000))
            }
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
        case "/suspends-at-end":
            sink.begin(head, extent: .exactly(10))
            try await sink.write("0123456789")
            try await Task.sleep(for: .milliseconds(5))
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
            sink.log(DownloadError(.forbidden, reason: "not today"))
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
        case "/large-head", "/large-head-and-content":
            head.headerFields[.contentDisposition] = String(repeating: "a", count: 70_000)
            sink.begin(head, extent: .exactly(target.hasSuffix("content") ? 2 : 0))
            if target.hasSuffix("content") { try await sink.write("ok") }
        default:
            sink.begin(head, extent: .exactly(13))
            for piece in ["Hello ", "world!", "\n"] { try await sink.write(piece) }
        }
        try await sink.finish()
    }
}
