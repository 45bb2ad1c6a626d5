import DownloadJSON
import DownloadSpreadsheets
import DownloadTables
import VirtualDownloads

/// One order, as a table or JSON has it.
struct OrderRow: Encodable {
    var id: Int
    var date: String
    var customer: String
    var product: String
    var quantity: Int
    var cents: Int64
    /// When it was ordered.
    var moment: HTTPDate { HTTPDate(secondsSince1970: 1_767_225_600 + Int64(id) * 60) }

    private static let customers = ["Ada Lovelace", "Müller, Jörg", "O’Neill \"Shaq\"", "株式会社山田", "=1+2"]
    private static let products = ["Notebook", "Lamp, desk", "Coffee 1 kg", "Cable 2\" connector"]

    private enum CodingKeys: CodingKey { case id, date, customer, product, quantity, cents }

    init(id: Int) {
        self.id = id
        date = "2026-01-\(10 + id % 18)"
        customer = Self.customers[id % Self.customers.count]
        product = Self.products[id % Self.products.count]
        quantity = 1 + id % 9
        cents = Int64(199 + id * 37 % 9800)
    }

    /// The rows that a request asks for: `?rows=1000000`.
    static func rows(for request: DownloadRequest) throws -> some Sequence<OrderRow> {
        // A sheet has no more, with its header.
        let count = try request.query.integer("rows", in: 0...1_048_575) ?? 1000
        return (0..<count).lazy.map { OrderRow(id: $0 + 1) }
    }
}

/// The orders as a spreadsheet: `/export/orders.xlsx?rows=COUNT`.
struct OrdersSpreadsheetView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> SpreadsheetFile {
        let rows = try OrderRow.rows(for: request)
        return try SpreadsheetFile(name: "orders.xlsx") {
            try SpreadsheetSheet("Orders", rows: rows) {
                TableColumn("id", \.id)
                TableColumn("at", width: 20, \.moment)
                TableColumn("customer", width: 24, \.customer)
                TableColumn("product", width: 24, \.product)
                TableColumn("quantity", \.quantity)
                TableColumn("price", cell: { .decimal($0.cents, scale: 2) })
            }
        }
    }
}

/// The orders as JSON, one a line: `/export/orders.ndjson?rows=COUNT`.
struct OrdersJSONView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> NDJSONFile {
        NDJSONFile(name: "orders.ndjson", repeatable: true, rows: try OrderRow.rows(for: request))
    }
}
