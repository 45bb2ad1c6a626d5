import DownloadArchives
import DownloadSpreadsheets
import DownloadTables
import VirtualDownloads

/// `/bench/zip?entries=COUNT&size=BYTES`: an archive of so many stored entries of so many bytes each, out of one array;
/// with `&level=LEVEL` of deflated ones, whose content is a table's; with `&streaming=1` its list is itself produced.
struct BenchArchiveView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ZipFile {
        let query = try request.query
        let count = try query.integer("entries", in: 0...100_000_000) ?? 1
        let size = try query.integer("size", in: 0...Int64.max) ?? 0
        let level = try query.integer("level", in: 1...9)
        let method = level.map { ZipEntry.Method.deflated(level: $0) } ?? .stored
        let entries = (0..<count).lazy
            .map { number in
                ZipEntry(
                    "entry-\(number).bin",
                    level == nil ? AnyDownloadFile(letters(size)) : AnyDownloadFile(table(size)),
                    method: method
                )
            }
        if try query.integer("streaming", in: 0...1) == 1 { return ZipFile(name: "bench.zip", streaming: entries) }
        return try ZipFile(name: "bench.zip", entries: entries)
    }

    private func letters(_ size: Int64) -> VirtualFile<Letters> {
        VirtualFile(Letters(count: size), name: "letters.bin", size: size)
    }

    private func table(_ size: Int64) -> VirtualFile<TablePieces> {
        VirtualFile(TablePieces(count: size), name: "table.csv")
    }
}

/// The beginning of a table that has some random digits in each row, again and again out of one array of 4 MB.
private struct TablePieces: DownloadContent {
    static let text: [UInt8] = {
        var bytes: [UInt8] = []
        var state: UInt64 = 1
        var number = 0
        while bytes.count < 4_000_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            number += 1
            let price = Int(state >> 33) % 100_000
            bytes += "\(number),2026-05-\(10 + number % 18),customer-\(Int(state >> 40) % 5000),\(price).50\r\n".utf8
        }
        return bytes
    }()

    let count: Int64

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        var left = count
        while left > 0 {
            for start in stride(from: 0, to: Self.text.count, by: 65_536) where left > 0 {
                let end = min(start + 65_536, Self.text.count, start + Int(min(left, 65_536)))
                try await sink.write(Self.text[start..<end])
                left -= Int64(end - start)
            }
        }
    }
}

/// One row of five types, as the benchmarks' peers have it, too.
struct BenchRow {
    let number: Int

    static func rows(_ request: DownloadRequest) throws -> some Sequence<BenchRow> {
        (0..<(try request.query.integer("n", in: 0...Int.max) ?? 0)).lazy.map { BenchRow(number: $0) }
    }

    private static let names = ["Ada Lovelace", "Müller, Jörg", "O’Neill \"Shaq\"", "株式会社山田", "Ximena"]

    var name: String { Self.names[number % 5] }
    var price: Double { Double(number % 9973) / 4 }
    var isPaid: Bool { number % 3 == 0 }
    var date: HTTPDate { HTTPDate(secondsSince1970: 1_767_225_600 + Int64(number)) }

    @TableColumnBuilder<BenchRow>
    static var columns: [TableColumn<BenchRow>] {
        TableColumn("id", \.number)
        TableColumn("name", \.name)
        TableColumn("price", \.price)
        TableColumn("paid", \.isPaid)
        TableColumn("at", \.date)
    }
}

/// `/bench/csv?n=ROWS`: so many rows of five typed columns.
struct BenchTableView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> CSVFile {
        CSVFile(name: "table.csv", rows: try BenchRow.rows(request)) { BenchRow.columns }
    }
}

/// `/bench/xlsx?n=ROWS`: the same rows as a spreadsheet.
struct BenchSpreadsheetView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> SpreadsheetFile {
        let rows = try BenchRow.rows(request)
        return try SpreadsheetFile(name: "table.xlsx") {
            try SpreadsheetSheet("Table", rows: rows) { BenchRow.columns }
        }
    }
}
