import DownloadJSON
import DownloadTables
import VirtualDownloads

/// Rows whose fields readers of CSV get wrong: `/test/fields.csv?rows=COUNT`, and the same as `/test/fields.ndjson`,
/// which says what they are.
struct FieldRow: Encodable {
    var id: Int
    var first: String?
    var second: String?
    var count: Int?
    var isPaid: Bool?

    private static let texts: [String?] = [
        nil, "", "NULL", "\\N", "\"", "\"\"", "a,b", "a\r\nb", "\n", "\r", " a ", "'", "\t", "=1+2", "-12.5", "007",
        "\\.",
        "日本", "e\u{301}", "👩‍👩‍👧", "nil",
    ]

    init(_ number: Int) {
        id = number
        first = Self.texts[number % Self.texts.count]
        second = Self.texts[number / Self.texts.count % Self.texts.count]
        count = number % 3 == 0 ? nil : number - 500
        isPaid = number % 5 == 0 ? nil : number % 2 == 0
    }

    static func rows(_ request: DownloadRequest) throws -> some Sequence<FieldRow> {
        (0..<(try request.query.integer("rows", in: 0...1_000_000) ?? 1000)).lazy.map { FieldRow($0) }
    }
}

struct FieldTableView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> CSVFile {
        CSVFile(name: "fields.csv", rows: try FieldRow.rows(request)) {
            TableColumn("id", \.id)
            TableColumn("first", \.first)
            TableColumn("second", \.second)
            TableColumn("count", \.count)
            TableColumn("paid", \.isPaid)
        }
    }
}

struct FieldListView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> NDJSONFile {
        NDJSONFile(name: "fields.ndjson", rows: try FieldRow.rows(request))
    }
}
