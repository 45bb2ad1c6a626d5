/// Why a table cannot be written: what ends its download at a row, visibly.
public struct TableError: Error, Sendable, Hashable {
    /// What is wrong, as a well-known value; more may be added.
    public struct Code: Sendable, Hashable {
        let text: String

        /// A row has not as many fields as the header.
        package static func fieldCount(_ count: Int, expected: Int) -> Code {
            Code(text: "has \(count) fields, and the header \(expected). Give each row a field for each column")
        }

        package init(text: String) {
            self.text = text
        }
    }

    /// What is wrong.
    public let code: Code
    /// Which row it is, counted from 1; the header does not count.
    public let row: Int64

    package init(_ code: Code, row: Int64) {
        self.code = code
        self.row = row
    }
}

extension TableError: CustomStringConvertible {
    public var description: String { "row \(row) of the table \(code.text)" }
}
