/// Why a spreadsheet cannot be made of its sheets: thrown before its first byte.
public struct SpreadsheetError: Error, Sendable, Hashable {
    /// What is wrong, as a well-known value; more may be added.
    public struct Code: Sendable, Hashable {
        let text: String

        /// There is no sheet.
        public static var noSheet: Code { Code(text: "has no sheet. Give it one, if only with a header") }
        /// Two sheets have the same name; case does not count.
        public static var nameTaken: Code { Code(text: "is the name of two sheets. Give each a name of its own") }
        /// A name is empty, has more than 31 UTF-16 units or one of `: \ / ? * [ ]`, begins or ends with an apostrophe,
        /// or is `History`.
        public static var invalidName: Code {
            Code(
                text:
                    #"can't be the name of a sheet. It has 1 to 31 characters, none of : \ / ? * [ ], no apostrophe at"#
                    + " either end, and is not History"
            )
        }
        /// A sheet has more than 16,384 columns.
        public static var tooManyColumns: Code { Code(text: "is a sheet of more than 16,384 columns") }
        /// The title of a column has more than 32,767 UTF-16 units.
        public static var titleTooLong: Code {
            Code(text: "is a sheet with a title of more than the 32,767 characters that a cell can have")
        }
    }

    /// What is wrong.
    public let code: Code
    /// The name of the sheet.
    public let sheet: String

    init(_ code: Code, sheet: String) {
        self.code = code
        self.sheet = sheet
    }
}

extension SpreadsheetError: CustomStringConvertible {
    public var description: String { "\"\(sheet)\" \(code.text)" }
}
