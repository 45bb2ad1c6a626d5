import DownloadCore
import DownloadSpreadsheets
import DownloadTables
import Randomness

/// Random fields, in rows of one to six, as CSV in a random format, and as a spreadsheet.
enum FieldInputs {
    static func run(_ count: Int, _ random: inout SeededGenerator) async throws {
        var done = 0
        while done < count {
            let width = 1 + random.below(6)
            let rows = (0..<20).map { _ in (0..<width).map { _ in field(&random) } }
            let cells = rows.map { $0.map(\.cell) }
            let separator = random.pick([",", ";", "\t", "|"] as [Unicode.Scalar])
            var format = CSVFormat(separator: separator, quoting: random.pick([.whereNeeded, .texts, .all]))
            format.formulaGuard = random.below(2) == 0
            format.lineEnd = random.pick([.crlf, .lf])
            var sink = BytesSink()
            try await CSVFile(name: "a.csv", format: format, header: [], rows: cells).write(to: &sink)
            let read = parse(sink.finish(), separator: UInt8(ascii: separator))
            try check(read.count == rows.count, "\(rows): \(read.count) rows")
            for (row, fields) in zip(rows, read) {
                try check(row.count == fields.count, "\(row): \(fields.count) fields")
                for (field, text) in zip(row, fields) {
                    guard let expected = field.text else { continue }
                    let isGuarded = format.formulaGuard && text == [UInt8(ascii: "'")] + expected.utf8
                    try check(text == Array(expected.utf8) || isGuarded, "\(field): \(text)")
                }
            }
            var counter = CountingSink()
            let sheet = try SpreadsheetSheet("S", header: [], rows: cells)
            try await SpreadsheetFile(name: "a.xlsx", sheets: [sheet]).write(to: &counter)
            done += 20 * width
        }
    }

    private struct Field {
        var cell: TableCell
        /// What is read back; nil for what has a form of its own.
        var text: String?
    }

    private static func field(_ random: inout SeededGenerator) -> Field {
        let bits = Int64(truncatingIfNeeded: random.next()) >> Int64(random.below(64))
        switch random.below(9) {
        case 0: return Field(cell: .nothing, text: "")
        case 1: return Field(cell: .integer(bits), text: String(bits))
        case 2: return Field(cell: .decimal(bits, scale: random.below(19)), text: nil)
        case 3:
            let number = Double(bitPattern: random.next())
            return Field(cell: .number(number), text: number.isFinite ? number.description : nil)
        case 4: return Field(cell: .boolean(bits < 0), text: bits < 0 ? "true" : "false")
        case 5: return Field(cell: .date(HTTPDate(secondsSince1970: bits)), text: nil)
        case 6: return Field(cell: .moment(HTTPDate(secondsSince1970: bits)), text: nil)
        default:
            let text = random.hostileName()
            return Field(cell: .text(text), text: text)
        }
    }

    /// CSV by RFC 4180, of either line end.
    private static func parse(_ bytes: [UInt8], separator: UInt8) -> [[[UInt8]]] {
        let quote = UInt8(ascii: "\"")
        var rows: [[[UInt8]]] = []
        var row: [[UInt8]] = []
        var field: [UInt8] = []
        var isQuoted = false
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if isQuoted {
                if byte != quote {
                    field.append(byte)
                } else if position < bytes.count, bytes[position] == quote {
                    field.append(quote)
                    position += 1
                } else {
                    isQuoted = false
                }
            } else if byte == quote {
                isQuoted = true
            } else if byte == separator {
                row.append(field)
                field = []
            } else if byte == 0x0a {
                rows.append(row + [field])
                (row, field) = ([], [])
            } else if byte != 0x0d {
                field.append(byte)
            }
        }
        return rows
    }

    private struct CountingSink: ByteSink, ~Copyable {
        var count = 0

        mutating func write(_ bytes: RawSpan) async throws { count += bytes.byteCount }
    }
}
