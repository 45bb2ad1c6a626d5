internal import DownloadArchives
public import DownloadCore

/// A spreadsheet (`.xlsx`, ISO/IEC 29500), streamed row by row in constant memory.
///
///     try SpreadsheetFile(name: "orders.xlsx") {
///         SpreadsheetSheet("Orders", rows: orders) {
///             TableColumn("id", \.id)
///             TableColumn("customer", width: 30, \.customer)
///             TableColumn("at", \.date)
///         }
///     }
///
/// Cells are typed as `TableCell` is: texts are texts, whatever they begin with; dates are dates, with a style. A
/// number of more than 15 digits, which a spreadsheet would round, becomes a text; so does a date before 1900-03-01 or
/// after 9999-12-31.
///
/// The format has limits, and what is beyond them fails visibly, at the row: 1,048,576 rows of 16,384 columns, 32,767
/// UTF-16 units in a cell, 4 GiB for the XML of a sheet. Never is a file made that Excel calls damaged.
public struct SpreadsheetFile: DownloadFile {
    public var name: String
    public var contentType: String? = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public var digest: ContentDigest?
    private let archive: ZipFile

    /// A file of sheets, of which there is at least one.
    ///
    /// - Parameter name: The name that the client saves it under.
    /// - Throws: ``SpreadsheetError`` if two sheets have the same name, or there are no sheets.
    public init(name: String, sheets: [SpreadsheetSheet]) throws {
        guard !sheets.isEmpty else { throw SpreadsheetError(.noSheet, sheet: name) }
        // Unicode equality: so Excel compares the names of sheets.
        var names: Set<String> = []
        // Unicode equality: so Excel compares the names of sheets.
        for sheet in sheets where !names.insert(sheet.name.caseFolded).inserted {
            throw SpreadsheetError(.nameTaken, sheet: sheet.name)
        }
        self.name = name
        archive = try ZipFile(name: name, entries: SpreadsheetParts.entries(of: sheets))
    }

    /// A file of sheets, of which there is at least one.
    ///
    /// - Parameter name: The name that the client saves it under.
    /// - Throws: ``SpreadsheetError`` if two sheets have the same name, or there are no sheets; what `sheets` throws.
    public init(name: String, @SpreadsheetSheetBuilder _ sheets: () throws -> [SpreadsheetSheet]) throws {
        try self.init(name: name, sheets: sheets())
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await archive.write(to: &sink)
    }
}

/// Lists the sheets of a ``SpreadsheetFile``.
@resultBuilder
public enum SpreadsheetSheetBuilder {
    public static func buildExpression(_ sheet: SpreadsheetSheet) -> [SpreadsheetSheet] { [sheet] }
    public static func buildBlock(_ parts: [SpreadsheetSheet]...) -> [SpreadsheetSheet] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [SpreadsheetSheet]?) -> [SpreadsheetSheet] { part ?? [] }
    public static func buildEither(first part: [SpreadsheetSheet]) -> [SpreadsheetSheet] { part }
    public static func buildEither(second part: [SpreadsheetSheet]) -> [SpreadsheetSheet] { part }
    public static func buildArray(_ parts: [[SpreadsheetSheet]]) -> [SpreadsheetSheet] { parts.flatMap { $0 } }
}
