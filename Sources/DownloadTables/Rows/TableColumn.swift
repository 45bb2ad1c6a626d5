/// A column of a table: its title, and what it has of a row.
///
///     TableColumn("id", \.id)
///     TableColumn("price") { .decimal($0.cents, scale: 2) }
public struct TableColumn<Row> {
    /// What the header says.
    public let title: String
    /// How wide a spreadsheet shows it, in characters of its usual font. The default is nil: as wide as the title
    /// suggests.
    public var width: Double?
    /// Whether texts are guarded against being taken for formulas; see ``CSVFormat/formulaGuard``. The default is nil:
    /// as the format says.
    public var formulaGuard: Bool?
    @usableFromInline let cell: (Row) -> TableCell

    /// A column of typed values: a key path, or a closure.
    @inlinable
    public init<Value: TableValue>(
        _ title: String,
        width: Double? = nil,
        formulaGuard: Bool? = nil,
        _ value: @escaping (Row) -> Value
    ) {
        self.title = title
        self.width = width
        self.formulaGuard = formulaGuard
        cell = { value($0).tableCell }
    }

    /// A column of cells.
    @inlinable
    public init(
        _ title: String,
        width: Double? = nil,
        formulaGuard: Bool? = nil,
        cell: @escaping (Row) -> TableCell
    ) {
        self.title = title
        self.width = width
        self.formulaGuard = formulaGuard
        self.cell = cell
    }
}

/// Lists the columns of a table.
@resultBuilder
public enum TableColumnBuilder<Row> {
    public static func buildExpression(_ column: TableColumn<Row>) -> [TableColumn<Row>] { [column] }
    /// Columns that several tables have.
    public static func buildExpression(_ columns: [TableColumn<Row>]) -> [TableColumn<Row>] { columns }
    public static func buildBlock(_ parts: [TableColumn<Row>]...) -> [TableColumn<Row>] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [TableColumn<Row>]?) -> [TableColumn<Row>] { part ?? [] }
    public static func buildEither(first part: [TableColumn<Row>]) -> [TableColumn<Row>] { part }
    public static func buildEither(second part: [TableColumn<Row>]) -> [TableColumn<Row>] { part }
    public static func buildArray(_ parts: [[TableColumn<Row>]]) -> [TableColumn<Row>] { parts.flatMap { $0 } }
}
