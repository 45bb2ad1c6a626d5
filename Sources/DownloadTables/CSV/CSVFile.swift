public import DownloadCore

/// A table as CSV, row by row as the rows come: from a sequence, or from an asynchronous one such as a database's
/// cursor.
///
///     CSVFile(name: "orders.csv", rows: orders) {
///         TableColumn("id", \.id)
///         TableColumn("customer", \.customer)
///         TableColumn("price") { .decimal($0.cents, scale: 2) }
///     }
///
/// Fields are typed, and written the same in every locale: numbers with a full stop and without grouping, dates by ISO
/// 8601. Nothing (NULL) and an empty text differ: nothing is an empty field, an empty text is `""`, as PostgreSQL has
/// it; in a table of one column both are `""`, since readers skip an empty line (give ``CSVFormat/null`` a text there).
/// What spreadsheets need is in the presets of ``CSVFormat``.
public struct CSVFile: DownloadFile {
    public var name: String
    public var contentType: String?
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public var digest: ContentDigest?
    /// The exact size in bytes of all that is written, if it is known beforehand. The default is nil.
    public var size: Int64?
    public let isRepeatable: Bool

    /// How it is written.
    public var format: CSVFormat
    /// Whether the first line has the titles of the columns. The default is true if there are some.
    public var hasHeader: Bool
    /// The label of a last line that has the number of rows behind it; nil, the default, for none.
    ///
    /// A client that saves a broken download has a table that looks whole: a reader that wants to know looks for this
    /// line.
    public var closingRow: String?

    private let rows: TableRows

    @usableFromInline
    init(name: String, format: CSVFormat, repeatable: Bool, rows: TableRows) {
        self.name = name
        self.format = format
        self.rows = rows
        isRepeatable = repeatable
        hasHeader = !rows.titles.isEmpty
        contentType = format.separator == "\t" ? "text/tab-separated-values" : "text/csv"
    }

    /// Rows of a type, with columns that say what they have of each.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - repeatable: Whether going through `rows` of an equal request again gives the same rows.
    @inlinable
    public init<Rows: Sequence>(
        name: String,
        format: CSVFormat = .rfc4180,
        repeatable: Bool = false,
        rows: Rows,
        @TableColumnBuilder<Rows.Element> columns: () -> [TableColumn<Rows.Element>]
    ) {
        self.init(name: name, format: format, repeatable: repeatable, rows: TableRows(rows, columns: columns()))
    }

    /// Rows that come one by one, with columns that say what they have of each.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - repeatable: Whether going through `rows` of an equal request again gives the same rows.
    @inlinable
    public init<Rows: AsyncSequence>(
        name: String,
        format: CSVFormat = .rfc4180,
        repeatable: Bool = false,
        rows: Rows,
        @TableColumnBuilder<Rows.Element> columns: () -> [TableColumn<Rows.Element>]
    ) {
        self.init(name: name, format: format, repeatable: repeatable, rows: TableRows(rows, columns: columns()))
    }

    /// Rows of plain fields.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - repeatable: Whether going through `rows` of an equal request again gives the same rows.
    ///   - header: The titles of the columns; each row has as many fields then, or the download fails at it. Empty for
    ///     no header.
    @inlinable
    public init<Rows: Sequence>(
        name: String,
        format: CSVFormat = .rfc4180,
        repeatable: Bool = false,
        header: [String],
        rows: Rows
    ) where Rows.Element == [TableCell] {
        self.init(name: name, format: format, repeatable: repeatable, rows: TableRows(rows, titles: header))
    }

    /// Rows of plain fields that come one by one.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - repeatable: Whether going through `rows` of an equal request again gives the same rows.
    ///   - header: The titles of the columns; each row has as many fields then, or the download fails at it. Empty for
    ///     no header.
    @inlinable
    public init<Rows: AsyncSequence>(
        name: String,
        format: CSVFormat = .rfc4180,
        repeatable: Bool = false,
        header: [String],
        rows: Rows
    ) where Rows.Element == [TableCell] {
        self.init(name: name, format: format, repeatable: repeatable, rows: TableRows(rows, titles: header))
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        let writer = CSVWriter(
            format,
            guards: rows.guards,
            columnCount: rows.titles.isEmpty ? nil : rows.titles.count
        )
        writer.writeByteOrderMark()
        if hasHeader && !rows.titles.isEmpty { writer.writeHeader(rows.titles) }
        let next = rows.begin()
        while try await next(writer) { try await writer.flush(to: &sink) }
        if let closingRow { writer.writeClosingRow(closingRow) }
        try await writer.flush(to: &sink)
    }
}
