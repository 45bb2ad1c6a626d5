import VirtualDownloads

/// Exports orders as CSV, row by row: `/export/orders.csv?rows=1000000`.
struct OrdersExportView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let rows = try request.query.integer("rows", in: 0...1_000_000_000) ?? 1000
        return VirtualFile(AsyncIteratorIO(OrderLines(count: rows), repeatable: true), name: "orders.csv")
    }
}

/// The lines of the export, as a database cursor would give them (RFC 4180: CRLF, quotes where needed).
struct OrderLines: AsyncSequence {
    /// How many orders there are; the header line comes on top.
    var count: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        private static let customers = ["Ada Lovelace", "Müller, Jörg", "O’Neill \"Shaq\"", "株式会社山田", "Ximena Pérez"]
        private static let products = ["Notebook", "Lamp, desk", "Coffee 1 kg", "Cable 2\" connector"]

        let count: Int
        private var next = 0

        init(count: Int) {
            self.count = count
        }

        mutating func next() async -> String? {
            defer { next += 1 }
            guard next > 0 else { return "order,date,customer,product,quantity,price\r\n" }
            guard next <= count else { return nil }
            let customer = Self.customers[next % Self.customers.count]
            let product = Self.products[next % Self.products.count]
            let price = 199 + next * 37 % 9800
            let day = 1 + next % 28
            return "\(next),2026-\(two(1 + next / 28 % 12))-\(two(day)),\(quoted(customer)),\(quoted(product)),"
                + "\(1 + next % 9),\(price / 100).\(two(price % 100))\r\n"
        }

        private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

        private func quoted(_ field: String) -> String {
            guard field.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
                return field
            }
            return "\"\(field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(count: count) }
}
