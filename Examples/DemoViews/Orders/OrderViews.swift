import DownloadJSON
import DownloadSpreadsheets
import DownloadTables
import VirtualDownloads

/// The orders as CSV, row by row: `/export/orders.csv?rows=1000000`.
struct OrdersExportView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> CSVFile {
        Self.file(of: try Order.all(for: request))
    }

    /// Orders as a file. People open it in a spreadsheet: a customer's name must not become a formula there.
    static func file(of orders: BlockingSequence<Order>) -> CSVFile {
        CSVFile(name: "orders.csv", format: CSVFormat(formulaGuard: true), repeatable: true, rows: orders) {
            TableColumn("order", \.id)
            TableColumn("date") { .date($0.date) }
            TableColumn("customer", \.customer)
            TableColumn("product", \.product)
            TableColumn("quantity", \.quantity)
            TableColumn("price") { .decimal($0.cents, scale: 2) }
        }
    }
}

/// The orders as a spreadsheet: `/export/orders.xlsx?rows=COUNT`.
struct OrdersSpreadsheetView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> SpreadsheetFile {
        let orders = try Order.all(for: request)
        return try SpreadsheetFile(name: "orders.xlsx") {
            try SpreadsheetSheet("Orders", rows: orders) {
                TableColumn("id", \.id)
                TableColumn("at", width: 20, \.date)
                TableColumn("customer", width: 24, \.customer)
                TableColumn("product", width: 24, \.product)
                TableColumn("quantity", \.quantity)
                TableColumn("price") { .decimal($0.cents, scale: 2) }
            }
        }
    }
}

/// The orders as JSON, one a line: `/export/orders.ndjson?rows=COUNT`.
struct OrdersJSONView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> NDJSONFile {
        NDJSONFile(name: "orders.ndjson", repeatable: true, rows: try Order.all(for: request))
    }
}
