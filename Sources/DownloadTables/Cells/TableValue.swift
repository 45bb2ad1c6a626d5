public import DownloadCore

/// A type whose values can stand in a table. Texts, numbers, Booleans, dates, and optionals of them do.
///
///     extension Money: TableValue {
///         var tableCell: TableCell { .decimal(cents, scale: 2) }
///     }
public protocol TableValue {
    /// The value as a cell.
    var tableCell: TableCell { get }
}

extension TableCell: TableValue {
    @inlinable public var tableCell: TableCell { self }
}

extension String: TableValue {
    @inlinable public var tableCell: TableCell { .text(self) }
}

extension Substring: TableValue {
    @inlinable public var tableCell: TableCell { .text(String(self)) }
}

extension Bool: TableValue {
    @inlinable public var tableCell: TableCell { .boolean(self) }
}

extension Double: TableValue {
    @inlinable public var tableCell: TableCell { .number(self) }
}

extension Float: TableValue {
    /// With its own digits, not those of the nearest `Double`.
    @inlinable public var tableCell: TableCell {
        .number(isFinite ? Double(description) ?? Double(self) : Double(self))
    }
}

extension Int: TableValue { @inlinable public var tableCell: TableCell { TableCell(.integer(Int64(self))) } }
extension Int8: TableValue { @inlinable public var tableCell: TableCell { TableCell(.integer(Int64(self))) } }
extension Int16: TableValue { @inlinable public var tableCell: TableCell { TableCell(.integer(Int64(self))) } }
extension Int32: TableValue { @inlinable public var tableCell: TableCell { TableCell(.integer(Int64(self))) } }
extension Int64: TableValue { @inlinable public var tableCell: TableCell { TableCell(.integer(self)) } }
extension UInt: TableValue { @inlinable public var tableCell: TableCell { TableCell(.unsigned(UInt64(self))) } }
extension UInt8: TableValue { @inlinable public var tableCell: TableCell { TableCell(.integer(Int64(self))) } }
extension UInt16: TableValue { @inlinable public var tableCell: TableCell { TableCell(.integer(Int64(self))) } }
extension UInt32: TableValue { @inlinable public var tableCell: TableCell { TableCell(.integer(Int64(self))) } }
extension UInt64: TableValue { @inlinable public var tableCell: TableCell { TableCell(.unsigned(self)) } }

extension HTTPDate: TableValue {
    /// The moment: ``TableCell/moment(_:)``.
    @inlinable public var tableCell: TableCell { .moment(self) }
}

extension Optional: TableValue where Wrapped: TableValue {
    @inlinable public var tableCell: TableCell { self?.tableCell ?? .nothing }
}
