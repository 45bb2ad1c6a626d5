/// The rows of a table of any type, with its columns: goes through them once.
@usableFromInline
package struct TableRows {
    package let titles: [String]
    package let widths: [Double?]
    package let guards: [Bool?]
    /// Begins to go through the rows. The closure that it gives writes some rows, and is false when there are no more.
    private let start: () -> (any RowWriter) async throws -> Bool

    @usableFromInline
    init(
        titles: [String],
        widths: [Double?],
        guards: [Bool?],
        start: @escaping () -> (any RowWriter) async throws -> Bool
    ) {
        self.titles = titles
        self.widths = widths
        self.guards = guards
        self.start = start
    }

    /// Begins to go through the rows.
    ///
    /// - Returns: What writes some rows, and is false when there are no more; then the last may still be in the buffer.
    package func begin() -> (any RowWriter) async throws -> Bool { start() }

    /// Rows of a sequence, by columns. Inlined, so that it is compiled for the type of the rows.
    @inlinable
    package init<Rows: Sequence>(_ rows: Rows, columns: [TableColumn<Rows.Element>]) {
        let cells = columns.map(\.cell)
        self.init(
            titles: columns.map(\.title),
            widths: columns.map(\.width),
            guards: columns.map(\.formulaGuard),
            start: Self.start(rows) { row, writer in for cell in cells { writer.append(cell(row)) } }
        )
    }

    /// Rows of an asynchronous sequence, by columns.
    @inlinable
    package init<Rows: AsyncSequence>(_ rows: Rows, columns: [TableColumn<Rows.Element>]) {
        let cells = columns.map(\.cell)
        self.init(
            titles: columns.map(\.title),
            widths: columns.map(\.width),
            guards: columns.map(\.formulaGuard),
            start: Self.start(rows) { row, writer in for cell in cells { writer.append(cell(row)) } }
        )
    }

    /// Rows of plain fields.
    @inlinable
    package init<Rows: Sequence>(_ rows: Rows, titles: [String]) where Rows.Element == [TableCell] {
        let start = Self.start(rows) { row, writer in for cell in row { writer.append(cell) } }
        self.init(titles: titles, widths: [], guards: [], start: start)
    }

    /// Rows of plain fields that come one by one.
    @inlinable
    package init<Rows: AsyncSequence>(_ rows: Rows, titles: [String]) where Rows.Element == [TableCell] {
        let start = Self.start(rows) { row, writer in for cell in row { writer.append(cell) } }
        self.init(titles: titles, widths: [], guards: [], start: start)
    }

    /// Goes through a sequence until the writer is full.
    @inlinable
    static func start<Rows: Sequence>(
        _ rows: Rows,
        append: @escaping (Rows.Element, any RowWriter) -> Void
    ) -> () -> (any RowWriter) async throws -> Bool {
        {
            var iterator = rows.makeIterator()
            return { writer in
                while let row = iterator.next() {
                    writer.beginRow()
                    append(row, writer)
                    try writer.endRow()
                    if writer.isFull { return true }
                }
                return false
            }
        }
    }

    /// Goes through an asynchronous sequence: each row is written when it comes.
    @inlinable
    static func start<Rows: AsyncSequence>(
        _ rows: Rows,
        append: @escaping (Rows.Element, any RowWriter) -> Void
    ) -> () -> (any RowWriter) async throws -> Bool {
        {
            var iterator = rows.makeAsyncIterator()
            return { writer in
                guard let row = try await iterator.next(isolation: #isolation) else { return false }
                writer.beginRow()
                append(row, writer)
                try writer.endRow()
                return true
            }
        }
    }
}
