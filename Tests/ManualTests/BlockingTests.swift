import DownloadTables
import DownloadTesting
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing
import VirtualDownloads

// sample: view
struct OrdersView: VirtualDownloadView {
    let database: DatabasePool

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(
            name: "orders.csv",
            runningAhead: .temporaryFile(),
            blocking: { [database] sink in
                try database.read { db in
                    let orders = try Row.fetchCursor(db, sql: "SELECT id, customer FROM orders ORDER BY id")
                    while let order = try orders.next() {
                        try sink.write("\(order[0] as Int64),\(order[1] as String)\r\n")
                    }
                }
            }
        )
    }
}
// end

// sample: rows
func orderTable(of database: DatabasePool) -> Route {
    Route("/orders.csv") { _ in
        let orders = BlockingSequence<[TableCell]> { sink in
            try database.read { db in
                let orders = try Row.fetchCursor(db, sql: "SELECT id, customer FROM orders ORDER BY id")
                try sink.give(all: orders.next) { [.integer($0[0]), .text($0[1])] }
            }
        }
        return CSVFile(name: "orders.csv", header: ["id", "customer"], rows: orders).runningAhead(.temporaryFile())
    }
}
// end

// sample: interrupt
/// Counts, which SQLite does without a pause.
struct CountView: VirtualDownloadView {
    let database: DatabasePool

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(
            name: "count.txt",
            blocking: { [database] sink in
                // A connection of its own: `database.interrupt()` ends the queries of all clients.
                let orders = try database.makeSnapshot()
                let count = try sink.cancellation.withInterrupt(orders.interrupt) {
                    try orders.read { db in
                        try Int.fetchOne(db, sql: "SELECT count(*) FROM orders AS a, orders AS b, orders AS c")
                    }
                }
                try sink.write("\(count ?? 0)\n")
            }
        )
    }
}
// end

@Suite(.blocking, .timeLimit(.minutes(60))) struct BlockingTests {
    static let count = 15_000

    /// A database with orders, in a folder that is removed afterwards.
    private func withDatabase(_ body: (DatabasePool) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "orders-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try DatabasePool(path: folder.appending(path: "orders.sqlite").path)
        try await database.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL);
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(Self.count))
                    INSERT INTO orders SELECT i, 'Customer number ' || i FROM n
                    """
            )
        }
        try await body(database)
        try database.close()
    }

    private var expected: String {
        (1...Self.count).reduce(into: "") { $0 += "\($1),Customer number \($1)\r\n" }
    }

    @Test("A database is read row by row")
    func readsRows() async throws {
        try await withDatabase { database in
            try await expectDownload(from: OrdersView(database: database), content: expected, basename: "orders.csv")
        }
    }

    @Test("Its rows are the rows of a table")
    func readsTable() async throws {
        try await withDatabase { database in
            let response = try await orderTable(of: database).view.response(to: .get("/orders.csv"))
            expectDownload(response, content: "id,customer\r\n" + expected, basename: "orders.csv")
        }
    }

    @Test("Thirty clients that take nothing more do not keep a database's few readers from another")
    func servesBesideSlowClients() async throws {
        try await withDatabase { database in
            try await serveBesideSlowClients(of: OrdersView(database: database), content: expected)
        }
    }

    @Test("Nor do they where its rows are the rows of a table")
    func servesTableBesideSlowClients() async throws {
        try await withDatabase { database in
            try await serveBesideSlowClients(
                of: orderTable(of: database).view,
                content: "id,customer\r\n" + expected
            )
        }
    }

    private func serveBesideSlowClients(of view: some VirtualDownloadView, content expected: String) async throws {
        do {
            let gate = Gate()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        var sink = StallingSink(behind: gate)
                        try await view.file(for: .get("/")).write(to: &sink)
                        return sink.count
                    }
                }
                while gate.waitingCount < 30 { await Task.yield() }
                let fast = try await view.response(to: .get("/"))
                #expect(fast.isFinished)
                #expect(fast.text == expected)
                gate.open()
                for try await count in group { #expect(count == expected.utf8.count) }
            }
        }
    }

    @Test("A query that computes is interrupted when its client leaves, and no other is")
    func interruptsQueries() async throws {
        try await withDatabase { database in
            let state = Mutex((hasBegun: false, isOver: false))
            async let other = database.read { db in
                let orders = try Int.fetchCursor(db, sql: "SELECT id FROM orders")
                var count = try orders.next() == nil ? 0 : 1
                state.withLock { $0.hasBegun = true }
                while !state.withLock({ $0.isOver }) { blockingSleep(for: .milliseconds(1)) }
                while try orders.next() != nil { count += 1 }
                return count
            }
            while !state.withLock({ $0.hasBegun }) { await Task.yield() }
            for yields in [0, 10, 1000] {
                let task = Task { try await CountView(database: database).response(to: .get("/")) }
                // Whether it runs already or waits, it must end: it would count for years.
                for _ in 0..<yields { await Task.yield() }
                task.cancel()
                await #expect(throws: (any Error).self) { try await task.value }
            }
            state.withLock { $0.isOver = true }
            let count = try await other
            #expect(count == Self.count)
        }
    }
}

/// Opens once, for all who wait.
private final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// A client that takes the first piece, and the rest when a gate opens.
private struct StallingSink: ByteSink, ~Copyable {
    let gate: Gate
    var count = 0

    init(behind gate: Gate) {
        self.gate = gate
    }

    mutating func write(_ bytes: RawSpan) async throws {
        count += bytes.byteCount
        await gate.wait()
    }
}
