public import DownloadCore

/// One field of a table, with its type: each format writes it in its own way, and in the same way in every locale.
///
/// Literals are cells, too: `["Lamp", 3, 19.9, true, nil]`.
public struct TableCell: Sendable {
    @usableFromInline
    package enum Value: Sendable {
        case nothing
        case text(String)
        case integer(Int64)
        case unsigned(UInt64)
        case decimal(Int64, scale: UInt8)
        case number(Double)
        case boolean(Bool)
        case date(HTTPDate)
        case moment(HTTPDate)
    }

    @usableFromInline package let value: Value

    @inlinable
    package init(_ value: Value) {
        self.value = value
    }

    /// No value: NULL, which is not an empty text.
    @inlinable public static var nothing: TableCell { TableCell(.nothing) }

    /// A text.
    @inlinable
    public static func text(_ text: String) -> TableCell { TableCell(.text(text)) }

    /// An integer.
    @inlinable
    public static func integer(_ value: some BinaryInteger) -> TableCell {
        if let value = Int64(exactly: value) { return TableCell(.integer(value)) }
        if let value = UInt64(exactly: value) { return TableCell(.unsigned(value)) }
        return TableCell(.text(String(value)))
    }

    /// An integer. Of a source that makes what is asked for, as a database's row does, it asks for this type.
    @inlinable
    public static func integer(_ value: Int) -> TableCell { TableCell(.integer(Int64(value))) }

    /// A decimal number, exactly: `.decimal(1999, scale: 2)` is 19.99.
    ///
    /// - Parameter scale: How many of the digits are behind the decimal point, 0 to 18.
    @inlinable
    public static func decimal(_ digits: Int64, scale: Int) -> TableCell {
        precondition(scale >= 0 && scale <= 18, "the scale of a decimal is 0 to 18, not \(scale)")
        return TableCell(.decimal(digits, scale: UInt8(scale)))
    }

    /// A floating point number, written with as many digits as tell it from all others.
    @inlinable
    public static func number(_ value: Double) -> TableCell { TableCell(.number(value)) }

    /// True or false.
    @inlinable
    public static func boolean(_ value: Bool) -> TableCell { TableCell(.boolean(value)) }

    /// The day of a moment, in UTC: `2026-05-01`.
    @inlinable
    public static func date(_ date: HTTPDate) -> TableCell { TableCell(.date(date)) }

    /// A moment in UTC, to the second: `2026-05-01T12:30:00Z`.
    @inlinable
    public static func moment(_ date: HTTPDate) -> TableCell { TableCell(.moment(date)) }
}

extension TableCell: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(nilLiteral: ()) { self = .nothing }
}
