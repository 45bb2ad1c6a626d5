import DownloadTesting
import Foundation
import GRDB
import HTTPTypes
import ServiceLifecycle
import Testing
import VirtualDownloads

// sample: database
struct OrderDesk: DownloadApplication {
    let database: DatabasePool

    init() async throws { try await self.init(path: "/srv/orders.sqlite") }

    init(path: String) async throws {
        database = try DatabasePool(path: path)
        try await database.read { db in _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM orders") }
    }

    var routes: Routes { Route("/orders.csv", OrdersView(database: database)) }
}
// end

// sample: service
/// Keeps the write-ahead log short.
struct Checkpoints: Service {
    let database: DatabasePool

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            _ = try await database.writeWithoutTransaction { db in try db.checkpoint(.passive) }
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(60)) }
        }
    }
}

struct CheckedOrderDesk: DownloadApplication {
    let desk: OrderDesk

    init() async throws { desk = try await OrderDesk() }

    var services: [any Service] { [Checkpoints(database: desk.database)] }
    var routes: Routes { desk.routes }
}
// end

@Suite struct DatabaseTests {
    @Test("An application opens its database before it serves, and refuses to start without its table")
    func database() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "orders-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "orders.sqlite").path
        await #expect(throws: DatabaseError.self) { try await OrderDesk(path: path) }
        try await DatabasePool(path: path)
            .write { db in
                try db.execute(
                    sql: "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT);"
                        + " INSERT INTO orders VALUES (1, 'Ada'), (2, 'Grace')"
                )
            }
        let desk = try await OrderDesk(path: path)
        let view = try #require(Array(desk.routes).first).view
        expectDownload(try await view.response(to: .get("/orders.csv")), content: "1,Ada\r\n2,Grace\r\n")
        let service = Task { try await Checkpoints(database: desk.database).run() }
        service.cancel()
        await #expect(throws: CancellationError.self) { try await service.value }
    }
}
