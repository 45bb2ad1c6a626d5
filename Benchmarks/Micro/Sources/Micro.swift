import DownloadCore
import HTTPTypes

/// Does one operation of the core so many times: `micro OPERATION COUNT`. `micro` alone lists the operations.
///
/// Meant to be counted, not timed: `Benchmarks/micro` runs it under callgrind.
@main
struct Micro {
    static let operations = [
        "plan", "plan-whole", "plan-not-modified", "plan-unicode-name", "write-chunk", "cut-range", "respond",
    ]

    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let count = Int(arguments[2]), count >= 0 else {
            print(operations.joined(separator: "\n"))
            return
        }
        let operation = arguments[1]
        // As the server starts a request: on this thread, which it never leaves, for nothing here suspends; and on no
        // actor, whose executor would be asked for after every `await`. (Threads of Swift's own pool end callgrind.)
        Task.immediate {
            do {
                print(try await run(operation, count))
            } catch {
                print("failed: \(error)")
            }
        }
    }

    /// Returns something that depends on every repetition, so that none can be left out.
    static func run(_ operation: String, _ count: Int) async throws -> Int {
        let request = DownloadRequest(
            http: HTTPRequest(
                method: .get,
                scheme: "https",
                authority: "downloads.example",
                path: "/report",
                headerFields: [.range: "bytes=4-19", .acceptEncoding: "gzip, br"]
            ),
            parameters: [:],
            body: [],
            client: ClientAddress(host: "192.0.2.1", port: 50_000),
            id: "micro"
        )
        switch operation {
        case "plan": return try await plan(ReportView(), request, count)
        case "plan-whole": return try await plan(ReportView(), request.with(.range, nil), count)
        case "plan-not-modified":
            return try await plan(ReportView(), request.with(.ifNoneMatch, "\"0123456789abcdef\""), count)
        case "plan-unicode-name": return try await plan(ReportView(name: "Übersicht – März 2026.csv"), request, count)
        case "write-chunk": return try await writeChunks(count)
        case "cut-range": return try await cutRange(count)
        case "respond": return try await respond(request, count)
        default:
            print("no such operation")
            return 0
        }
    }

    /// One answer decided: preconditions, range, the header fields with the encoded name.
    static func plan(_ view: ReportView, _ request: DownloadRequest, _ count: Int) async throws -> Int {
        let file = try await view.file(for: request)
        var sum = 0
        for _ in 0..<count {
            let plan = DownloadPlan(method: .get, headerFields: request.http.headerFields, file: file, view: view)
            sum += plan.status.code + plan.headerFields.count
        }
        return sum
    }

    /// One 32-byte chunk written by a generator through the sink that users see.
    static func writeChunks(_ count: Int) async throws -> Int {
        let row = "0000001,customer-000001,0000.01\n"
        let content = ContentWriter { sink in
            for _ in 0..<count { try await sink.write(row) }
        }
        var sink = DiscardingSink()
        try await content.write(to: &sink)
        return sink.byteCount
    }

    /// One 32-byte chunk through a range that wants all of them.
    static func cutRange(_ count: Int) async throws -> Int {
        let row = "0000001,customer-000001,0000.01\n"
        var range = RangeSink(DiscardingSink(), range: 16..<Int64.max)
        for _ in 0..<count { try await range.write(row) }
        var missing: Int64 = 0
        let sink = range.finish(missing: &missing)
        return sink.byteCount
    }

    /// One request answered from end to end, without a server.
    static func respond(_ request: DownloadRequest, _ count: Int) async throws -> Int {
        let view = ReportView()
        var sum = 0
        for _ in 0..<count {
            var sink = DiscardingSink()
            try await view.respond(to: request, into: &sink)
            sum += sink.byteCount
        }
        return sum
    }
}

extension DownloadRequest {
    /// The same request with another value of one field.
    fileprivate func with(_ name: HTTPField.Name, _ value: String?) -> DownloadRequest {
        var copy = self
        copy.http.headerFields[name] = value
        return copy
    }
}
