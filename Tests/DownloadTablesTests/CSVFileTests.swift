import DownloadCore
import Testing

@testable import DownloadTables

struct Order {
    var id: Int
    var customer: String?
    var cents: Int64
    var weight: Double
    var isPaid: Bool
    var date: HTTPDate
}

@Suite struct CSVFileTests {
    private static let date = HTTPDate(secondsSince1970: 1_777_638_600)

    private static let orders = [
        Order(id: 1, customer: "Ada", cents: 1999, weight: 0.1, isPaid: true, date: date),
        Order(id: -2, customer: nil, cents: -5, weight: 1e300, isPaid: false, date: HTTPDate(secondsSince1970: -1)),
    ]

    private func fields(_ row: [TableCell], _ format: CSVFormat = .rfc4180) async throws -> String {
        let text = try await text(of: CSVFile(name: "a.csv", format: format, header: [], rows: [row]))
        return String(text.trimmingLineEnd)
    }

    @Test("Typed columns are written in a form that depends on no locale")
    func writesColumns() async throws {
        let file = CSVFile(name: "orders.csv", rows: Self.orders) {
            TableColumn("id", \.id)
            TableColumn("customer", \.customer)
            TableColumn("price") { .decimal($0.cents, scale: 2) }
            TableColumn("weight", \.weight)
            TableColumn("paid", \.isPaid)
            TableColumn("at", \.date)
            TableColumn("day") { .date($0.date) }
        }
        #expect(
            try await text(of: file) == """
                id,customer,price,weight,paid,at,day\r
                1,Ada,19.99,0.1,true,2026-05-01T12:30:00Z,2026-05-01\r
                -2,,-0.05,1e+300,false,1969-12-31T23:59:59Z,1969-12-31\r\n
                """
        )
        #expect(file.contentType == "text/csv" && file.size == nil)
    }

    @Test(
        "A field is quoted where it has the separator, a quote or a line break, and an empty text always",
        arguments: [
            ("a", "a"), ("a b", "a b"), (" a ", " a "), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("\"", "\"\"\"\""),
            ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), ("a;b", "a;b"), ("a\tb", "a\tb"), ("日本", "日本"), ("", "\"\""),
            ("=1+2", "=1+2"), ("'", "'"),
        ]
    )
    func quotes(text: String, expected: String) async throws {
        #expect(try await fields([.text(text), 1]) == expected + ",1")
        #expect(try await fields([.text(text)]) == expected)
    }

    @Test("Nothing is an empty field, but not on a line of its own")
    func writesNothing() async throws {
        #expect(try await fields([nil, "", nil]) == ",\"\",")
        #expect(try await fields([nil]) == "\"\"")
        #expect(try await fields([]) == "\"\"")
        #expect(try await fields([nil, "NULL", "x"], CSVFormat(null: "NULL")) == "NULL,\"NULL\",x")
        #expect(try await fields([nil], CSVFormat(null: "NULL")) == "NULL")
    }

    @Test("What stands for nothing cannot be taken for more than one field")
    func refusesNull() async {
        await #expect(processExitsWith: .failure) { _ = CSVFormat(null: "a,b") }
        await #expect(processExitsWith: .failure) {
            var format = CSVFormat.tsv
            format.null = "\""
        }
    }

    @Test("Quotes can be put around all texts, or around all but nothing")
    func quotesMore() async throws {
        let row: [TableCell] = ["a", 1, nil, true, 0.5, ""]
        #expect(try await fields(row, CSVFormat(quoting: .texts)) == "\"a\",1,,true,0.5,\"\"")
        #expect(try await fields(row, CSVFormat(quoting: .all)) == "\"a\",\"1\",,\"true\",\"0.5\",\"\"")
    }

    @Test(
        "A text that a spreadsheet takes for a formula is guarded, a number never",
        arguments: [
            ("=1+2", true), ("+1", true), ("-1", false), ("-12.5", false), ("-1,5", false), ("-1e5", false),
            ("-", true),
            ("-a", true), ("-1+2", true), ("--1", true), ("@SUM", true), ("+49 170 12", true), ("+4917012", true),
            ("\tx", true), ("\rx", true), ("\nx", true), ("\0x", true), ("＝1", true), ("＋1", true), ("－1", true),
            ("＠x", true), ("１", false), ("a=1", false), ("", false), ("'x", false), (" =1", false), ("1=1", false),
            ("12", false), ("-1.", true), ("-.5", true), ("-1e", true),
        ]
    )
    func guards(text: String, isGuarded: Bool) async throws {
        var format = CSVFormat.rfc4180
        format.formulaGuard = true
        format.quoting = .texts
        let guarded = try await fields([.text(text), -5, -0.5, .decimal(-5, scale: 1)], format)
        #expect(guarded == "\"\(isGuarded ? "'" : "")\(text)\",-5,-0.5,-0.5")
    }

    @Test("The guard is a column's, too, and holds for the header")
    func guardsColumns() async throws {
        let file = CSVFile(name: "a.csv", rows: ["=1"]) {
            TableColumn("=a", formulaGuard: true) { $0 }
            TableColumn("b") { $0 }
        }
        #expect(try await text(of: file) == "'=a,b\r\n'=1,=1\r\n")
    }

    @Test("Several tables can have the same columns")
    func sharesColumns() async throws {
        let shared = [TableColumn<Int>("n") { $0 }, TableColumn<Int>("square") { $0 * $0 }]
        let file = CSVFile(name: "a.csv", rows: [2, 3]) {
            shared
            TableColumn("cube") { $0 * $0 * $0 }
        }
        #expect(try await text(of: file) == "n,square,cube\r\n2,4,8\r\n3,9,27\r\n")
    }

    @Test("The presets for spreadsheets have a byte-order mark, and separator and decimal mark of a kind")
    func hasPresets() async throws {
        let row: [TableCell] = ["a;b,c", 1.5, .decimal(25, scale: 1), .moment(Self.date), true, "=x"]
        #expect(try await fields(row, .excel) == "\u{feff}\"a;b,c\",1.5,2.5,2026-05-01 12:30:00,TRUE,'=x")
        #expect(try await fields(row, .excelSemicolon) == "\u{feff}\"a;b,c\";1,5;2,5;2026-05-01 12:30:00;TRUE;'=x")
        let file = CSVFile(name: "a.tsv", format: .tsv, header: ["a", "b"], rows: [["x\ty", 1]])
        #expect(try await text(of: file) == "a\tb\n\"x\ty\"\t1\n")
        #expect(file.contentType == "text/tab-separated-values")
        #expect(try await fields([-1], CSVFormat(separator: "-")) == "\"-1\"")
    }

    @Test(
        "Numbers are written with all their digits",
        arguments: [
            (TableCell.integer(Int64.min), "-9223372036854775808"), (.integer(UInt64.max), "18446744073709551615"),
            (.integer(0), "0"), (.decimal(0, scale: 2), "0.00"), (.decimal(.min, scale: 18), "-9.223372036854775808"),
            (.decimal(7, scale: 0), "7"), (.decimal(-7, scale: 3), "-0.007"), (0.1, "0.1"), (5, "5"),
            (.number(5), "5.0"),
            (.number(-0.0), "-0.0"), (.number(.infinity), "inf"), (.number(.nan), "nan"),
            (.number(.leastNonzeroMagnitude), "5e-324"),
            (Float(0.1).tableCell, "0.1"), (UInt8(7).tableCell, "7"),
        ]
    )
    func writesNumbers(cell: TableCell, expected: String) async throws {
        #expect(try await fields([cell, "x"]) == expected + ",x")
    }

    @Test("Dates far away are written, too", arguments: [Int64.min, .max, -62_167_219_201, 253_402_300_800])
    func writesFarDates(seconds: Int64) async throws {
        let date = HTTPDate(secondsSince1970: seconds)
        let text = try await fields([.date(date), .moment(date)])
        #expect(text.first == "+" || text.first == "-")
    }

    @Test("A closing row has the number of rows")
    func closes() async throws {
        var file = CSVFile(name: "a.csv", header: ["a", "b", "c"], rows: [[1, 2, 3], [4, 5, 6]])
        file.closingRow = "rows"
        #expect(try await text(of: file) == "a,b,c\r\n1,2,3\r\n4,5,6\r\nrows,2,\r\n")
        var narrow = CSVFile(name: "a.csv", header: ["a"], rows: [[1]])
        narrow.closingRow = "rows"
        #expect(try await text(of: narrow) == "a\r\n1\r\nrows 1\r\n")
    }

    @Test("A row with another number of fields than the header fails, and says which it is")
    func refusesRaggedRows() async throws {
        let file = CSVFile(name: "a.csv", header: ["a", "b"], rows: [[1, 2], [3]])
        let error = await #expect(throws: TableError.self) { try await text(of: file) }
        #expect(error?.row == 2)
    }

    @Test("Rows that come one by one are written one by one, and a source that throws fails the file")
    func streams() async throws {
        let file = CSVFile(name: "a.csv", rows: failingRows(after: 1000)) { TableColumn("n") { $0 } }
        var sink = CollectingSink()
        await #expect(throws: RowFailure.self) { try await file.write(to: &sink) }
        #expect(sink.finish().hasSuffix("\r\n1000\r\n"))
    }

    @Test("The first row comes at once, and batches are small")
    func flushesEarly() async throws {
        var sink = PiecesSink()
        let file = CSVFile(name: "a.csv", rows: 0..<100_000) { TableColumn("n") { $0 } }
        try await file.write(to: &sink)
        #expect(sink.sizes[0] == 6)
        #expect(try #require(sink.sizes.max()) < 9000)
    }
}

extension String {
    fileprivate var trimmingLineEnd: Substring {
        var text = self[...]
        while let last = text.unicodeScalars.last, last == "\r" || last == "\n" { text.unicodeScalars.removeLast() }
        return text
    }
}
