import VirtualDownloads

// sample: sequence
struct GeneratedDownloadView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(TextIteratorIO(generateHello()), name: "hello-world.txt")
    }

    private func generateHello() -> some Sequence<String> {
        (1...3).lazy.map { number in "Hello \(number)!\n" }
    }
}
// end

// sample: closure
struct NumbersView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let count = try request.query.integer("count", in: 0...1_000_000_000) ?? 1000
        return VirtualFile(name: "numbers.txt") { sink in
            for number in 0..<count { try await sink.write("\(number)\n") }
        }
    }
}
// end

// sample: asynchronous
struct RowsView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(AsyncIteratorIO(rows()), name: "rows.csv")
    }

    /// Stands for what a database or another service gives.
    private func rows() -> some AsyncSequence<String, Never> & Sendable {
        AsyncStream { rows in
            rows.yield("name,price\r\n")
            rows.yield("lamp,19.99\r\n")
            rows.finish()
        }
    }
}
// end

// sample: content
/// So many bytes of zero.
struct Zeros: DownloadContent {
    let count: Int64

    var size: Int64? { count }
    var isRepeatable: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        let piece = [UInt8](repeating: 0, count: 65_536)
        var left = count
        while left > 0 {
            let next = min(left, Int64(piece.count))
            try await sink.write(piece[..<Int(next)])
            left -= next
        }
    }
}
// end

struct ZerosView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(Zeros(count: 100_000), name: "zeros.bin")
    }
}
