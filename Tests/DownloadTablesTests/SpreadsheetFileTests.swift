import DownloadCore
import DownloadTables
import Foundation
import Testing

@testable import DownloadSpreadsheets

@Suite struct SpreadsheetFileTests {
    private static let date = HTTPDate(secondsSince1970: 1_777_638_600)

    /// The XML of a sheet of plain rows.
    private func xml(_ rows: [[TableCell]], header: [String] = []) async throws -> String {
        try await text(of: SheetContent(sheet: SpreadsheetSheet("S", header: header, rows: rows), isFirst: true))
    }

    /// The first cell of a sheet, without what says where it is.
    private func cell(_ cell: TableCell) async throws -> String {
        let xml = try await xml([[cell]])
        let start = try #require(xml.range(of: "<row r=\"1\">")?.upperBound)
        let end = try #require(xml.range(of: "</row>")?.lowerBound)
        return String(xml[start..<end])
    }

    private func textCell(_ text: String) -> String {
        "<c r=\"A1\" t=\"inlineStr\"><is><t xml:space=\"preserve\">\(text)</t></is></c>"
    }

    @Test(
        "Each type of cell has its form",
        arguments: [
            (TableCell.integer(0), "<c r=\"A1\"><v>0</v></c>"), (-7, "<c r=\"A1\"><v>-7</v></c>"),
            (.integer(999_999_999_999_999), "<c r=\"A1\"><v>999999999999999</v></c>"),
            (.decimal(1999, scale: 2), "<c r=\"A1\"><v>19.99</v></c>"), (0.1, "<c r=\"A1\"><v>0.1</v></c>"),
            (.number(1e300), "<c r=\"A1\"><v>1e+300</v></c>"),
            (.number(.nan), "<c r=\"A1\" t=\"e\"><v>#NUM!</v></c>"), (true, "<c r=\"A1\" t=\"b\"><v>1</v></c>"),
            (false, "<c r=\"A1\" t=\"b\"><v>0</v></c>"), (nil, ""),
            (.date(date), "<c r=\"A1\" s=\"1\"><v>46143</v></c>"),
            (.moment(date), "<c r=\"A1\" s=\"2\"><v>46143.520833333336</v></c>"),
            (.moment(HTTPDate(secondsSince1970: 86_400)), "<c r=\"A1\" s=\"2\"><v>25570</v></c>"),
        ]
    )
    func writesCells(value: TableCell, expected: String) async throws {
        #expect(try await cell(value) == expected)
    }

    @Test(
        "A number that a spreadsheet would round is a text, as is a date that it counts in another way",
        arguments: [
            (TableCell.integer(1_000_000_000_000_000), "1000000000000000"),
            (.integer(Int64.min), "-9223372036854775808"), (.integer(UInt64.max), "18446744073709551615"),
            (.decimal(1_234_567_890_123_456_789, scale: 2), "12345678901234567.89"),
            // 1900-02-28, the day before spreadsheets differ from one another.
            (.date(HTTPDate(secondsSince1970: -2_203_977_600)), "1900-02-28"),
            (.moment(HTTPDate(secondsSince1970: -2_203_977_599)), "1900-02-28T00:00:01Z"),
            // The day behind 9999-12-31.
            (.date(HTTPDate(secondsSince1970: 253_402_300_800)), "+10000-01-01"),
        ]
    )
    func writesTextInstead(value: TableCell, expected: String) async throws {
        #expect(try await cell(value) == textCell(expected))
    }

    @Test("The first and the last day that are dates", arguments: [(-2_203_891_200, 61), (253_402_214_400, 2_958_465)])
    func writesFirstAndLastDay(seconds: Int64, day: Int) async throws {
        let date = HTTPDate(secondsSince1970: seconds)
        #expect(try await cell(.date(date)) == "<c r=\"A1\" s=\"1\"><v>\(day)</v></c>")
    }

    @Test(
        "A text stays a text, whatever it begins with, and what XML cannot have is escaped",
        arguments: [
            ("=1+2", "=1+2"), ("+1", "+1"), ("@SUM", "@SUM"), ("0123", "0123"), (" a ", " a "), ("", ""),
            ("a&b<c>", "a&amp;b&lt;c&gt;"), ("\"'", "\"'"), ("a\tb\nc", "a\tb\nc"), ("a\rb", "a_x000D_b"),
            ("\0", "_x0000_"), ("\u{1f}", "_x001F_"), ("_x000D_", "_x005F_x000D_"), ("_x00g0_", "_x00g0_"),
            ("_X000d_", "_x005F_X000d_"), ("_", "_"), ("\u{fffe}", "_xFFFE_"), ("\u{ffff}x", "_xFFFF_x"),
            // What is escaped behind it must not close what only begins as an escape does.
            ("_x0041\u{1}", "_x005F_x0041_x0001_"), ("_x0041\u{fffe}", "_x005F_x0041_xFFFE_"),
            ("_x0041\n_", "_x0041\n_"), ("_x0041\u{fffd}_", "_x0041\u{fffd}_"),
            ("\u{fffd}", "\u{fffd}"), ("日本👩‍👩‍👧", "日本👩‍👩‍👧"),
        ]
    )
    func writesTexts(value: String, expected: String) async throws {
        #expect(try await cell(.text(value)) == textCell(expected))
    }

    @Test("Columns are named A to XFD", arguments: [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
    func namesColumns(count: Int, name: String) async throws {
        let xml = try await xml([[TableCell](repeating: 1, count: count)])
        #expect(xml.hasSuffix("<c r=\"\(name)1\"><v>1</v></c></row></sheetData></worksheet>"))
    }

    @Test("A header is bold, frozen, with a filter over all rows and a width for each column")
    func writesHeader() async throws {
        var sheet = try SpreadsheetSheet("S", rows: 1...3) {
            TableColumn("number", width: 12.5) { $0 }
            TableColumn("<b>") { "x\($0)" }
        }
        let xml = try await text(of: SheetContent(sheet: sheet, isFirst: true))
        #expect(xml.contains("<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"))
        #expect(xml.contains("<col min=\"1\" max=\"1\" width=\"12.5\" customWidth=\"1\"/>"))
        #expect(xml.contains("<c r=\"B1\" s=\"3\" t=\"inlineStr\"><is><t xml:space=\"preserve\">&lt;b&gt;</t>"))
        #expect(xml.hasSuffix("</sheetData><autoFilter ref=\"A1:B4\"/></worksheet>"))
        sheet.hasFrozenHeader = false
        sheet.hasFilter = false
        let plain = try await text(of: SheetContent(sheet: sheet, isFirst: false))
        #expect(!plain.contains("<pane") && !plain.contains("<autoFilter") && !plain.contains("tabSelected"))
    }

    @Test(
        "What is beyond the format's limits fails at its row, and what is within does not",
        arguments: [
            ([String(repeating: "é", count: 32_767)], true), ([String(repeating: "é", count: 32_768)], false),
            // Each is two units of UTF-16.
            ([String(repeating: "👩", count: 16_383)], true), ([String(repeating: "👩", count: 16_384)], false),
            ([String](repeating: "", count: 16_384), true), ([String](repeating: "", count: 16_385), false),
        ]
    )
    func holdsLimits(texts: [String], fits: Bool) async throws {
        let rows: [[TableCell]] = [["x"], texts.map { TableCell.text($0) }]
        if fits {
            #expect(try await xml(rows).hasSuffix("</worksheet>"))
        } else {
            let error = await #expect(throws: TableError.self) { try await xml(rows) }
            #expect(error?.row == 2)
        }
    }

    @Test("The row behind the 1,048,576th fails")
    func holdsRowLimit() throws {
        let writer = SheetWriter(columnCount: nil)
        writer.number = 1_048_575
        writer.beginRow()
        try writer.endRow()
        writer.beginRow()
        let error = #expect(throws: TableError.self) { try writer.endRow() }
        #expect(error?.row == 2)
    }

    @Test("A row with another number of fields than the header fails, and so does a source that throws")
    func failsVisibly() async throws {
        let error = await #expect(throws: TableError.self) { try await xml([[1, 2], [3]], header: ["a", "b"]) }
        #expect(error?.row == 2)
        let file = try SpreadsheetFile(name: "a.xlsx") {
            try SpreadsheetSheet("S", rows: failingRows(after: 10)) { TableColumn("n") { $0 } }
        }
        var sink = CollectingSink()
        await #expect(throws: RowFailure.self) { try await file.write(to: &sink) }
        // No directory: a reader of the file sees that it is not whole.
        let hasEnd = sink.bytes.suffix(22).starts(with: [0x50, 0x4b, 5, 6])
        #expect(!hasEnd)
        _ = sink.finish()
    }

    @Test(
        "The name of a sheet is one that Excel takes",
        arguments: [
            ("Orders", true), ("日本", true), (String(repeating: "a", count: 31), true), ("a'b", true), ("a&b", true),
            ("", false), (String(repeating: "a", count: 32), false), (String(repeating: "👩", count: 16), false),
            ("a:b", false), ("a/b", false), ("a\\b", false), ("a?", false), ("a*", false), ("[a]", false),
            ("'a", false), ("a'", false), ("history", false), ("a\u{1}", false), ("\u{ffff}", false),
        ]
    )
    func checksNames(name: String, isValid: Bool) throws {
        if isValid {
            #expect(try SpreadsheetSheet(name, header: [], rows: [[TableCell]]()).name == name)
        } else {
            let error = #expect(throws: SpreadsheetError.self) {
                try SpreadsheetSheet(name, header: [], rows: [[TableCell]]())
            }
            #expect(error?.code == .invalidName)
        }
    }

    @Test("No sheet, two of one name, too many columns and too long a title are errors before the first byte")
    func refusesSheets() throws {
        let empty = [[TableCell]]()
        let none = #expect(throws: SpreadsheetError.self) { try SpreadsheetFile(name: "a.xlsx", sheets: []) }
        #expect(none?.code == .noSheet)
        let twice = #expect(throws: SpreadsheetError.self) {
            try SpreadsheetFile(name: "a.xlsx") {
                try SpreadsheetSheet("Orders", header: [], rows: empty)
                try SpreadsheetSheet("ORDERS", header: [], rows: empty)
            }
        }
        #expect(twice?.code == .nameTaken)
        let wide = #expect(throws: SpreadsheetError.self) {
            try SpreadsheetSheet("a", header: [String](repeating: "x", count: 16_385), rows: empty)
        }
        #expect(wide?.code == .tooManyColumns)
        let longest = String(repeating: "x", count: 32_767)
        let long = #expect(throws: SpreadsheetError.self) {
            try SpreadsheetSheet("a", header: [longest + "x"], rows: empty)
        }
        #expect(long?.code == .titleTooLong)
        _ = try SpreadsheetSheet("a", header: [longest], rows: empty)
    }

    @Test("Rows that come one by one give the same bytes as a list, and equal sheets equal files")
    func isDeterministic() async throws {
        let (rows, continuation) = AsyncStream<Int>.makeStream()
        for number in 1...500 { continuation.yield(number) }
        continuation.finish()
        let streamed = try SpreadsheetFile(name: "a.xlsx") {
            try SpreadsheetSheet("S", rows: rows) { TableColumn("n") { $0 } }
        }
        let listed = try SpreadsheetFile(name: "a.xlsx") {
            try SpreadsheetSheet("S", rows: 1...500) { TableColumn("n") { $0 } }
        }
        var first = CollectingSink()
        var second = CollectingSink()
        try await streamed.write(to: &first)
        try await listed.write(to: &second)
        let isEqual = first.bytes == second.bytes
        #expect(isEqual)
        #expect(listed.contentType?.hasSuffix("spreadsheetml.sheet") == true)
        _ = first.finish()
        _ = second.finish()
    }
}
