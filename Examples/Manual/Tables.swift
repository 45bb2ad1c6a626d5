import DownloadJSON
import DownloadSpreadsheets
import DownloadTables
import VirtualDownloads

/// An order, as the samples have it.
struct ShopOrder: Sendable, Encodable {
    var id: Int
    var customer: String?
    var cents: Int64
}

// sample: csv
struct OrdersView: VirtualDownloadView {
    let orders: [ShopOrder]

    func file(for request: DownloadRequest) -> CSVFile {
        CSVFile(name: "orders.csv", format: .excel, rows: orders) {
            TableColumn("id", \.id)
            TableColumn("customer", \.customer)
            TableColumn("price", cell: { .decimal($0.cents, scale: 2) })
        }
    }
}
// end

// sample: xlsx
struct OrdersWorkbookView: VirtualDownloadView {
    let orders: [ShopOrder]

    func file(for request: DownloadRequest) throws -> SpreadsheetFile {
        try SpreadsheetFile(name: "orders.xlsx") {
            try SpreadsheetSheet("Orders", rows: orders) {
                TableColumn("id", \.id)
                TableColumn("customer", width: 30, \.customer)
                TableColumn("price", cell: { .decimal($0.cents, scale: 2) })
            }
        }
    }
}
// end

// sample: ndjson
struct OrderLinesView: VirtualDownloadView {
    let orders: [ShopOrder]

    func file(for request: DownloadRequest) -> NDJSONFile {
        NDJSONFile(name: "orders.ndjson", rows: orders)
    }
}
// end
