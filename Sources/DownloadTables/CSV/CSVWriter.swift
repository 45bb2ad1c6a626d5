import DownloadCore

/// Writes rows as CSV (RFC 4180).
final class CSVWriter: RowWriter {
    private var buffer = RowBuffer()
    private(set) var rowCount: Int64 = 0
    private let format: CSVFormat
    private let separator: UInt8
    private let decimalMark: UInt8
    private let null: [UInt8]
    /// Whether the guard is on, by column.
    private let guards: [Bool]
    private let columnCount: Int?
    private var fieldCount = 0
    private var rowStart = 0

    private static let quote = UInt8(ascii: "\"")

    /// Creates a writer.
    ///
    /// - Parameter columnCount: How many fields each row has; nil for as many as come.
    init(_ format: CSVFormat, guards: [Bool?], columnCount: Int?) {
        self.format = format
        separator = UInt8(truncatingIfNeeded: format.separator.value)
        decimalMark = UInt8(truncatingIfNeeded: format.decimalMark.value)
        isOddSeparator = separator.isDigit || separator.isLetter || "+-.: ".utf8.contains(separator)
        null = Array(format.null.utf8)
        self.guards = guards.map { $0 ?? format.formulaGuard }
        self.columnCount = columnCount
    }

    var isFull: Bool { buffer.count >= rowBatchByteCount || rowCount <= 1 }
    var unsafeBytes: UnsafeRawBufferPointer { unsafe buffer.unsafeBytes }

    func removeBytes() { buffer.removeAll() }

    func writeByteOrderMark() {
        if format.byteOrderMark { buffer.append("\u{feff}") }
    }

    /// Writes the header; it counts for no row, and no column may say that it needs no guard.
    func writeHeader(_ titles: [String]) {
        beginRow()
        for title in titles {
            beginField()
            write(text: title, isGuarded: format.formulaGuard || (guards.contains(true)))
        }
        endLine()
    }

    /// Writes a last line with the number of rows.
    func writeClosingRow(_ label: String) {
        let count = rowCount
        beginRow()
        if columnCount == 1 {
            beginField()
            write(text: "\(label) \(count)", isGuarded: false)
        } else {
            beginField()
            write(text: label, isGuarded: false)
            beginField()
            buffer.append(decimal: count)
            for _ in 2..<max(2, columnCount ?? 2) { append(.nothing) }
        }
        endLine()
    }

    func beginRow() {
        fieldCount = 0
        rowStart = buffer.count
    }

    func endRow() throws {
        if let columnCount, fieldCount != columnCount {
            throw TableError(.fieldCount(fieldCount, expected: columnCount), row: rowCount + 1)
        }
        endLine()
        rowCount += 1
    }

    private func endLine() {
        // A line of nothing is one that readers skip.
        if fieldCount <= 1, buffer.count == rowStart { buffer.append("\"\"") }
        if format.lineEnd.isCRLF { buffer.append(UInt8(ascii: "\r")) }
        buffer.append(UInt8(ascii: "\n"))
    }

    @inline(__always)
    private func beginField() {
        if fieldCount > 0 { buffer.append(separator) }
        fieldCount += 1
    }

    func append(_ cell: TableCell) {
        beginField()
        switch cell.value {
        case .nothing: buffer.append(format.null)
        case .text(let text):
            write(text: text, isGuarded: fieldCount <= guards.count ? guards[fieldCount - 1] : format.formulaGuard)
        case .integer(let value):
            quoteIfAll()
            buffer.append(decimal: value)
            quoteIfAll()
        case .unsigned(let value):
            quoteIfAll()
            buffer.append(decimal: value)
            quoteIfAll()
        case .decimal(let digits, let scale):
            quoteIfAll()
            buffer.append(decimal: digits, scale: Int(scale), mark: decimalMark)
            quoteIfAll()
        case .number(let value):
            quoteIfAll()
            write(number: value)
            quoteIfAll()
        case .boolean(let value):
            quoteIfAll()
            switch (value, format.isForSpreadsheets) {
            case (true, false): buffer.append("true")
            case (false, false): buffer.append("false")
            case (true, true): buffer.append("TRUE")
            case (false, true): buffer.append("FALSE")
            }
            quoteIfAll()
        case .date(let date):
            quoteIfAll()
            buffer.append(dayOf: date)
            quoteIfAll()
        case .moment(let date):
            quoteIfAll()
            buffer.append(dayOf: date)
            buffer.append(format.isForSpreadsheets ? 0x20 : UInt8(ascii: "T"))
            buffer.append(timeOf: date)
            if !format.isForSpreadsheets { buffer.append(UInt8(ascii: "Z")) }
            quoteIfAll()
        }
    }

    @inline(__always)
    private func quoteIfAll() {
        // A number, a date or a Boolean can have the separator in it only if that is one of their letters.
        if format.quoting.rule == .all || isOddSeparator { buffer.append(Self.quote) }
    }

    /// Whether the separator may stand in a field that is not text.
    private let isOddSeparator: Bool

    private func write(number value: Double) {
        var text = value.description
        guard decimalMark != UInt8(ascii: ".") else { return buffer.append(text) }
        text.withUTF8 { bytes in
            for index in bytes.indices {
                let byte = unsafe bytes[index]
                buffer.append(byte == UInt8(ascii: ".") ? decimalMark : byte)
            }
        }
    }

    private func write(text: String, isGuarded: Bool) {
        var text = text
        let (separator, null, rule) = (separator, null, format.quoting.rule)
        text.withUTF8 { bytes in
            let needsGuard = unsafe isGuarded && FormulaGuard.isNeeded(for: bytes)
            var isSpecial = rule != .whereNeeded || bytes.isEmpty
            if !isSpecial {
                // Without an exit, so that the compiler makes vectors of it.
                var found = false
                for index in bytes.indices {
                    let byte = unsafe bytes[index]
                    found = found || byte == separator || byte == Self.quote || byte == 0x0a || byte == 0x0d
                }
                let isNull = unsafe bytes.count == null.count && bytes.elementsEqual(null)
                isSpecial = found || isNull
            }
            guard isSpecial else {
                if needsGuard { buffer.append(UInt8(ascii: "'")) }
                unsafe buffer.append(bytes)
                return
            }
            buffer.append(Self.quote)
            if needsGuard { buffer.append(UInt8(ascii: "'")) }
            unsafe buffer.append(bytes, doubling: Self.quote)
            buffer.append(Self.quote)
        }
    }
}
