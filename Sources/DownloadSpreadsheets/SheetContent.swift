internal import DownloadCore
internal import DownloadTables

/// The XML of one sheet, row by row.
struct SheetContent: DownloadContent {
    let sheet: SpreadsheetSheet
    let isFirst: Bool

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        let writer = SheetWriter(columnCount: sheet.rows.titles.isEmpty ? nil : sheet.rows.titles.count)
        writer.begin(sheet, isFirst: isFirst)
        let next = sheet.rows.begin()
        while try await next(writer) { try await writer.flush(to: &sink) }
        writer.end(sheet)
        try await writer.flush(to: &sink)
    }
}
