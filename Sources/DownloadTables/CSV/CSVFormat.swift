/// How a CSV file is written: who is to read it decides.
public struct CSVFormat: Sendable, Hashable {
    /// Which fields are quoted.
    public struct Quoting: Sendable, Hashable {
        enum Rule { case whereNeeded, texts, all }
        let rule: Rule

        /// Those that have the separator, a quote, or a line break in them, and empty texts, which tells them from
        /// nothing.
        public static var whereNeeded: Quoting { Quoting(rule: .whereNeeded) }
        /// All texts, so that readers can tell them from numbers.
        public static var texts: Quoting { Quoting(rule: .texts) }
        /// All but nothing.
        public static var all: Quoting { Quoting(rule: .all) }
    }

    /// What ends a line.
    public struct LineEnd: Sendable, Hashable {
        let isCRLF: Bool

        /// CR LF (RFC 4180).
        public static var crlf: LineEnd { LineEnd(isCRLF: true) }
        /// LF.
        public static var lf: LineEnd { LineEnd(isCRLF: false) }
    }

    /// What separates fields: an ASCII character that is neither a quote nor a line break. The default is a comma.
    public var separator: Unicode.Scalar {
        didSet { check() }
    }
    /// What ends a line. The default is CR LF.
    public var lineEnd: LineEnd
    /// Which fields are quoted. The default is ``Quoting/whereNeeded``.
    public var quoting: Quoting
    /// Whether the file begins with a byte-order mark, by which Excel knows UTF-8, and which most programs choke on.
    /// The default is false.
    public var byteOrderMark: Bool
    /// What is before the decimals of a number: an ASCII character, not the separator. The default is a full stop.
    public var decimalMark: Unicode.Scalar {
        didSet { check() }
    }
    /// How nothing (NULL) is written, unquoted; a text of the same letters is quoted. The default is empty, as
    /// PostgreSQL reads it. It has neither the separator nor a quote nor a line break in it.
    public var null: String {
        didSet { check() }
    }
    /// How moments and Booleans are written: by ISO 8601 and as `true` and `false` (false, the default), or as
    /// spreadsheets read them: `2026-05-01 12:30:00`, `TRUE`, `FALSE`.
    public var isForSpreadsheets: Bool
    /// Whether a text gets `'` before it that a spreadsheet would take for a formula. The default is false.
    ///
    /// That is one which begins with `=`, `+`, `-`, `@`, a tab, CR, LF or NUL, or the full-width forms of the first
    /// four. A value that is typed as a number never gets it, nor does a text that is wholly one number, such as
    /// `-12.5`. To programs the `'` is a part of the text: turn the guard on for tables that people open in a
    /// spreadsheet.
    public var formulaGuard: Bool

    /// Creates a format.
    public init(
        separator: Unicode.Scalar = ",",
        lineEnd: LineEnd = .crlf,
        quoting: Quoting = .whereNeeded,
        byteOrderMark: Bool = false,
        decimalMark: Unicode.Scalar = ".",
        null: String = "",
        isForSpreadsheets: Bool = false,
        formulaGuard: Bool = false
    ) {
        self.separator = separator
        self.lineEnd = lineEnd
        self.quoting = quoting
        self.byteOrderMark = byteOrderMark
        self.decimalMark = decimalMark
        self.null = null
        self.isForSpreadsheets = isForSpreadsheets
        self.formulaGuard = formulaGuard
        check()
    }

    private func check() {
        for mark in [separator, decimalMark] {
            precondition(
                mark.isASCII && mark != "\"" && mark != "\n" && mark != "\r" && mark != "\0",
                "a mark of CSV is an ASCII character, not a quote or a line break: \(mark.debugDescription)"
            )
        }
        precondition(
            separator != decimalMark,
            "the separator and the decimal mark of CSV must differ: \(separator.debugDescription)"
        )
        precondition(
            !null.unicodeScalars.contains { $0 == separator || $0 == "\"" || $0 == "\n" || $0 == "\r" },
            "what stands for nothing in CSV has no separator, quote or line break in it: \(null.debugDescription)"
        )
    }

    /// RFC 4180: commas, CR LF, quotes where needed. For programs.
    public static var rfc4180: CSVFormat { CSVFormat() }
    /// For Excel where the decimal mark is a full stop: with a byte-order mark, and guarded against formulas.
    public static var excel: CSVFormat {
        CSVFormat(byteOrderMark: true, isForSpreadsheets: true, formulaGuard: true)
    }
    /// For Excel where the decimal mark is a comma, as in most of Europe.
    public static var excelSemicolon: CSVFormat {
        CSVFormat(separator: ";", byteOrderMark: true, decimalMark: ",", isForSpreadsheets: true, formulaGuard: true)
    }
    /// Tabs between the fields and LF behind a line.
    public static var tsv: CSVFormat { CSVFormat(separator: "\t", lineEnd: .lf) }
}
