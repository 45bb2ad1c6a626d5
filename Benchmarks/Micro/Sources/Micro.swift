import DownloadCore
import HTTPTypes

/// Does one operation of the core so many times: `micro OPERATION COUNT`. `micro` alone lists the operations.
///
/// Meant to be counted, not timed: `Benchmarks/micro` runs it under callgrind.
@main
struct Micro {
    static let operations = [
        "respond", "respond-whole", "respond-not-modified", "respond-unicode-name", "write-chunk", "cut-range",
        "skip-chunk", "skip-chunk-parts",
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
            client: ClientAddress(host: "192.0.2.1", port: 50_000),
            id: "micro"
        )
        let end = Int64(count) * 8 - 1
        switch operation {
        case "respond": return try await respond(ReportView(), request, count)
        case "respond-whole": return try await respond(ReportView(), request.with(.range, nil), count)
        case "respond-not-modified":
            return try await respond(ReportView(), request.with(.ifNoneMatch, "\"0123456789abcdef\""), count)
        case "respond-unicode-name":
            return try await respond(ReportView(name: "Übersicht – März 2026.csv"), request, count)
        case "write-chunk": return try await writeChunks(count)
        // Chunks that are wanted, all but the first half of the first, and chunks that are dropped, all but the last.
        case "cut-range": return try await respond(ChunkView(count: count), request.with(.range, "bytes=4-"), 1)
        case "skip-chunk": return try await respond(ChunkView(count: count), request.with(.range, "bytes=\(end)-"), 1)
        case "skip-chunk-parts":
            return try await respond(ChunkView(count: count), request.with(.range, "bytes=0-0,\(end)-"), 1)
        default:
            print("no such operation")
            return 0
        }
    }

    /// One request answered from end to end, without a server.
    static func respond(_ view: some VirtualDownloadView, _ request: DownloadRequest, _ count: Int) async throws -> Int
    {
        var sum = 0
        for _ in 0..<count {
            var sink = DiscardingSink()
            try await view.respond(to: request, into: &sink)
            sum += sink.byteCount
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
}

extension DownloadRequest {
    /// The same request with another value of one field.
    fileprivate func with(_ name: HTTPField.Name, _ value: String?) -> DownloadRequest {
        var copy = self
        copy.http.headerFields[name] = value
        return copy
    }
}
