import VirtualDownloads

/// One order, as the query gives it: a row of a table, and an object of JSON.
struct Order: Sendable, Encodable {
    var id: Int64
    /// When it was placed, in seconds since 1970.
    var placed: Int64
    var customer: String
    var product: String
    var quantity: Int64
    var cents: Int64

    var date: HTTPDate { HTTPDate(secondsSince1970: placed) }
}

extension Order {
    /// The orders that a request asks for, the oldest first: `?rows=COUNT`, a thousand without.
    ///
    /// Each download has a cursor of its own, on a thread that may block, and holds a few hundred orders at a time.
    static func all(for request: DownloadRequest) throws -> BlockingSequence<Order> {
        all(upTo: try request.query.integer("rows", in: 0...OrderDatabase.orderCount) ?? 1000)
    }

    /// The first `count` orders.
    static func all(upTo count: Int64) -> BlockingSequence<Order> {
        BlockingSequence { sink in
            let database = try OrderDatabase.open()
            let orders = try database.cursor(OrderDatabase.query, [count])
            while let row = try orders.next() {
                try sink.give(
                    Order(
                        id: row.integer(0),
                        placed: row.integer(1),
                        customer: row.text(2),
                        product: row.text(3),
                        quantity: row.integer(4),
                        cents: row.integer(5)
                    )
                )
            }
        }
    }
}
