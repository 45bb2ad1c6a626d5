import VirtualDownloads

/// Views for the benchmarks.
enum BenchViews {
    static var routes: Routes {
        Routes {
            Route("/bench/hello", BenchHelloView())
            Route("/bench/gen", BenchGeneratorView())
            Route("/bench/rows", BenchRowsView())
            Route("/bench/zip", BenchArchiveView())
            Route("/bench/csv", BenchTableView())
            Route("/bench/xlsx", BenchSpreadsheetView())
        }
    }
}

/// `/bench/hello`: 13 bytes of known size from three pieces.
struct BenchHelloView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(TextIteratorIO(["Hello ", "world!", "\n"]), name: "hello-world.txt", size: 13)
    }
}

/// `/bench/gen?n=BYTES`: so many bytes in 64 KiB pieces; with `&size=1` the size is declared.
struct BenchGeneratorView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let count = try query.integer("n", in: 0...Int64.max) ?? 0
        return VirtualFile(Letters(count: count), name: "generated.bin", size: query["size"] == "1" ? count : nil)
    }
}

/// A content of one letter, again and again, out of one array.
struct Letters: DownloadContent {
    private static let piece = [UInt8](repeating: UInt8(ascii: "A"), count: 65_536)

    let count: Int64

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        var left = count
        while left >= Self.piece.count {
            try await sink.write(Self.piece)
            left -= Int64(Self.piece.count)
        }
        try await sink.write(Self.piece[..<Int(left)])
    }
}

/// `/bench/rows?n=ROWS`: so many rows of 32 bytes, each a piece of its own.
struct BenchRowsView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let count = try request.query.integer("n", in: 0...Int.max) ?? 0
        return VirtualFile(Rows(count: count), name: "rows.csv")
    }

    private struct Rows: DownloadContent {
        static let row = "0000001,customer-000001,0000.01\n"
        let count: Int

        func write(to sink: inout some ByteSink & ~Copyable) async throws {
            for _ in 0..<count { try await sink.write(Self.row) }
        }
    }
}
