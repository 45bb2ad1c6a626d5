internal import DownloadCore
public import DownloadTables

/// One sheet of a ``SpreadsheetFile``: a table with its name.
public struct SpreadsheetSheet {
    /// What stands on its tab.
    public let name: String
    /// Whether the header stays in sight. The default is true if there is one.
    public var hasFrozenHeader: Bool
    /// Whether the header has buttons that filter and sort. The default is true if there is one.
    public var hasFilter: Bool
    let rows: TableRows

    @usableFromInline
    init(name: String, rows: TableRows) throws {
        guard Self.isValid(name) else { throw SpreadsheetError(.invalidName, sheet: name) }
        guard rows.titles.count <= SheetWriter.maximumColumnCount else {
            throw SpreadsheetError(.tooManyColumns, sheet: name)
        }
        guard rows.titles.allSatisfy({ $0.utf16.count <= SheetWriter.maximumTextLength }) else {
            throw SpreadsheetError(.titleTooLong, sheet: name)
        }
        self.name = name
        self.rows = rows
        hasFrozenHeader = !rows.titles.isEmpty
        hasFilter = !rows.titles.isEmpty
    }

    /// Rows of a type, with columns that say what they have of each.
    ///
    /// - Throws: ``SpreadsheetError`` if the name is not valid, there are more than 16,384 columns, or a title
    ///   is too long.
    @inlinable
    public init<Rows: Sequence>(
        _ name: String,
        rows: Rows,
        @TableColumnBuilder<Rows.Element> columns: () -> [TableColumn<Rows.Element>]
    ) throws {
        try self.init(name: name, rows: TableRows(rows, columns: columns()))
    }

    /// Rows that come one by one, with columns that say what they have of each.
    ///
    /// - Throws: ``SpreadsheetError`` if the name is not valid, there are more than 16,384 columns, or a title
    ///   is too long.
    @inlinable
    public init<Rows: AsyncSequence>(
        _ name: String,
        rows: Rows,
        @TableColumnBuilder<Rows.Element> columns: () -> [TableColumn<Rows.Element>]
    ) throws {
        try self.init(name: name, rows: TableRows(rows, columns: columns()))
    }

    /// Rows of plain fields.
    ///
    /// - Parameter header: The titles of the columns; empty for no header.
    /// - Throws: ``SpreadsheetError`` if the name is not valid, there are more than 16,384 columns, or a title
    ///   is too long.
    @inlinable
    public init<Rows: Sequence>(_ name: String, header: [String], rows: Rows) throws where Rows.Element == [TableCell] {
        try self.init(name: name, rows: TableRows(rows, titles: header))
    }

    /// Rows of plain fields that come one by one.
    ///
    /// - Parameter header: The titles of the columns; empty for no header.
    /// - Throws: ``SpreadsheetError`` if the name is not valid, there are more than 16,384 columns, or a title
    ///   is too long.
    @inlinable
    public init<Rows: AsyncSequence>(_ name: String, header: [String], rows: Rows) throws
    where Rows.Element == [TableCell] {
        try self.init(name: name, rows: TableRows(rows, titles: header))
    }

    private static func isValid(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        return !name.isEmpty && name.utf16.count <= 31 && scalars.first != "'" && scalars.last != "'"
            && !name.isOctetEqualIgnoringCase(to: "history")
            && !scalars.contains {
                #":\/?*[]"#.unicodeScalars.contains($0) || $0.value < 0x20 || $0.value >= 0xfffe && $0.value <= 0xffff
            }
    }
}
