internal import DownloadCore
internal import DownloadTables

/// Writes rows as the XML of a sheet (ISO/IEC 29500-1 §18.3).
final class SheetWriter: RowWriter {
    static let maximumRowCount: Int64 = 1_048_576
    static let maximumColumnCount = 16_384
    /// UTF-16 units in a cell.
    static let maximumTextLength = 32_767
    /// Beyond it a spreadsheet rounds.
    private static let largestInteger: UInt64 = 999_999_999_999_999

    private var buffer = RowBuffer()
    private(set) var rowCount: Int64 = 0
    private let columnCount: Int?
    /// The names of columns as far as they were needed: A, B, … XFD.
    private var columnNames: [[UInt8]] = []
    /// The number of the row in the sheet, the header included.
    var number: Int64 = 0
    private var column = 0
    private var fault: TableError.Code?

    /// Creates a writer.
    ///
    /// - Parameter columnCount: How many cells each row has; nil for as many as come.
    init(columnCount: Int?) {
        self.columnCount = columnCount
    }

    var isFull: Bool { buffer.count >= rowBatchByteCount || rowCount <= 1 }
    var unsafeBytes: UnsafeRawBufferPointer { unsafe buffer.unsafeBytes }

    func removeBytes() { buffer.removeAll() }

    // MARK: - Around the rows

    func begin(_ sheet: SpreadsheetSheet, isFirst: Bool) {
        buffer.append("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n")
        buffer.append("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">")
        buffer.append("<sheetViews><sheetView workbookViewId=\"0\"")
        if isFirst { buffer.append(" tabSelected=\"1\"") }
        let titles = sheet.rows.titles
        if sheet.hasFrozenHeader && !titles.isEmpty {
            buffer.append("><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>")
            buffer.append("<selection pane=\"bottomLeft\"/></sheetView></sheetViews>")
        } else {
            buffer.append("/></sheetViews>")
        }
        if !titles.isEmpty {
            buffer.append("<cols>")
            for (index, title) in titles.enumerated() {
                let width = index < sheet.rows.widths.count ? sheet.rows.widths[index] : nil
                // Some room for the filter's button.
                let inferred = Double(min(max(title.utf16.count + 4, 10), 60))
                let bounded = min(max(width.flatMap { $0.isFinite ? $0 : nil } ?? inferred, 0), 255)
                buffer.append("<col min=\"\(index + 1)\" max=\"\(index + 1)\" width=\"\(bounded)\" customWidth=\"1\"/>")
            }
            buffer.append("</cols>")
        }
        buffer.append("<sheetData>")
        guard !titles.isEmpty else { return }
        beginRow()
        for title in titles { append(text: title, style: .header) }
        buffer.append("</row>")
    }

    func end(_ sheet: SpreadsheetSheet) {
        buffer.append("</sheetData>")
        if sheet.hasFilter && !sheet.rows.titles.isEmpty {
            buffer.append("<autoFilter ref=\"A1:")
            appendColumnName(sheet.rows.titles.count - 1)
            buffer.append(decimal: number)
            buffer.append("\"/>")
        }
        buffer.append("</worksheet>")
    }

    // MARK: - Rows

    func beginRow() {
        number += 1
        column = 0
        fault = nil
        buffer.append("<row r=\"")
        buffer.append(decimal: number)
        buffer.append("\">")
    }

    func endRow() throws {
        if number > Self.maximumRowCount {
            fault = TableError.Code(
                text: "is beyond the 1,048,576 rows that a sheet can have. Spread them over several sheets, or send CSV"
            )
        } else if column > Self.maximumColumnCount {
            fault = TableError.Code(text: "has more than the 16,384 columns that a sheet can have")
        } else if let columnCount, column != columnCount {
            fault = .fieldCount(column, expected: columnCount)
        }
        rowCount += 1
        if let fault { throw TableError(fault, row: rowCount) }
        buffer.append("</row>")
    }

    func append(_ cell: TableCell) {
        switch cell.value {
        case .nothing: column += 1
        case .text(let text): append(text: text, style: .plain)
        case .integer(let value):
            guard value.magnitude <= Self.largestInteger else { return append(text: String(value), style: .plain) }
            beginNumber(.plain)
            buffer.append(decimal: value)
            endNumber()
        case .unsigned(let value):
            guard value <= Self.largestInteger else { return append(text: String(value), style: .plain) }
            beginNumber(.plain)
            buffer.append(decimal: value)
            endNumber()
        case .decimal(let digits, let scale):
            guard digits.magnitude <= Self.largestInteger else {
                return append(text: Self.text(ofDecimal: digits, scale: Int(scale)), style: .plain)
            }
            beginNumber(.plain)
            buffer.append(decimal: digits, scale: Int(scale))
            endNumber()
        case .number(let value):
            guard value.isFinite else {
                // What a spreadsheet shows for a calculation that has no result.
                beginCell(.plain)
                buffer.append(" t=\"e\"><v>#NUM!</v></c>")
                return
            }
            beginNumber(.plain)
            buffer.append(value.description)
            endNumber()
        case .boolean(let value):
            beginCell(.plain)
            buffer.append(value ? " t=\"b\"><v>1</v></c>" : " t=\"b\"><v>0</v></c>")
        case .date(let date): append(date, style: .date)
        case .moment(let date): append(date, style: .moment)
        }
    }

    // MARK: - Cells

    private func beginCell(_ style: SpreadsheetParts.Style) {
        buffer.append("<c r=\"")
        appendColumnName(column)
        buffer.append(decimal: number)
        buffer.append(UInt8(ascii: "\""))
        if style != .plain {
            buffer.append(" s=\"")
            buffer.append(decimal: Int64(style.rawValue))
            buffer.append(UInt8(ascii: "\""))
        }
        column += 1
    }

    private func beginNumber(_ style: SpreadsheetParts.Style) {
        beginCell(style)
        buffer.append("><v>")
    }

    private func endNumber() {
        buffer.append("</v></c>")
    }

    /// Days since 1899-12-30, with the time as their fraction. Before March of 1900 the count of spreadsheets differs
    /// from one to the next.
    private func append(_ date: HTTPDate, style: SpreadsheetParts.Style) {
        let day = date.daysSince1970 + 25_569
        guard day >= 61, day <= 2_958_465 else {
            var text = RowBuffer(capacity: 32)
            text.append(dayOf: date)
            if style == .moment {
                text.append(UInt8(ascii: "T"))
                text.append(timeOf: date)
                text.append(UInt8(ascii: "Z"))
            }
            return append(text: text.string, style: .plain)
        }
        beginNumber(style)
        let second = date.secondOfDay
        if style == .date || second == 0 {
            buffer.append(decimal: day)
        } else {
            buffer.append((Double(day) + Double(second) / 86_400).description)
        }
        endNumber()
    }

    private func append(text: String, style: SpreadsheetParts.Style) {
        beginCell(style)
        buffer.append(" t=\"inlineStr\"><is><t xml:space=\"preserve\">")
        // Only a text of more bytes can have more units.
        if text.utf8.count > Self.maximumTextLength, text.utf16.count > Self.maximumTextLength {
            fault = TableError.Code(text: "has a text of more than the 32,767 characters that a cell can have")
        }
        var text = text
        text.withUTF8 { unsafe appendEscaped($0) }
        buffer.append("</t></is></c>")
    }

    /// Appends a text as XML has it; what XML cannot have is written as `_xHHHH_`, and so is what only looks like that.
    private func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>) {
        var start = 0
        func flush(_ end: Int, _ skipped: Int) {
            unsafe buffer.append(UnsafeBufferPointer(rebasing: bytes[start..<end]))
            start = end + skipped
        }
        for index in bytes.indices {
            switch unsafe bytes[index] {
            case UInt8(ascii: "&"):
                flush(index, 1)
                buffer.append("&amp;")
            case UInt8(ascii: "<"):
                flush(index, 1)
                buffer.append("&lt;")
            case UInt8(ascii: ">"):
                flush(index, 1)
                buffer.append("&gt;")
            case 0x09, 0x0a: break
            case let byte where byte < 0x20:
                flush(index, 1)
                buffer.append("_x00")
                buffer.append(.hexDigit(byte >> 4))
                buffer.append(.hexDigit(byte & 15))
                buffer.append("_")
            case UInt8(ascii: "_") where unsafe isEscape(bytes, at: index):
                flush(index, 1)
                buffer.append("_x005F_")
            case 0xef where unsafe isNoncharacter(bytes, at: index):
                let last = unsafe bytes[index + 2]
                flush(index, 3)
                buffer.append(last == 0xbe ? "_xFFFE_" : "_xFFFF_")
            default: break
            }
        }
        flush(bytes.count, 0)
    }

    /// Whether a reader would take what is written at a place for `_xHHHH_`.
    private func isEscape(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        guard index + 6 < bytes.count, (unsafe bytes[index + 1]) | 0x20 == UInt8(ascii: "x") else { return false }
        switch unsafe bytes[index + 6] {
        case 0x09, 0x0a: return false
        // What is escaped itself begins with the character that it would end with.
        case UInt8(ascii: "_"), 0x00..<0x20: break
        case 0xef where unsafe isNoncharacter(bytes, at: index + 6): break
        default: return false
        }
        return (index + 2..<index + 6).allSatisfy { (unsafe bytes[$0]).hexValue != nil }
    }

    /// Whether U+FFFE or U+FFFF stands at a place that has 0xEF.
    private func isNoncharacter(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        index + 2 < bytes.count && (unsafe bytes[index + 1]) == 0xbf && (unsafe bytes[index + 2]) >= 0xbe
    }

    private func appendColumnName(_ index: Int) {
        while columnNames.count <= index {
            var name: [UInt8] = []
            var rest = columnNames.count + 1
            while rest > 0 {
                name.insert(0x41 + UInt8((rest - 1) % 26), at: 0)
                rest = (rest - 1) / 26
            }
            columnNames.append(name)
        }
        unsafe columnNames[index].withUnsafeBufferPointer { unsafe buffer.append($0) }
    }

    private static func text(ofDecimal digits: Int64, scale: Int) -> String {
        var text = RowBuffer(capacity: 32)
        text.append(decimal: digits, scale: scale)
        return text.string
    }
}
