/// Numbers and bytes one behind the other: small numbers take few bytes.
struct PackedRecord {
    private(set) var bytes: [UInt8] = []

    /// Appends a number that is not negative, in 7 bits a byte.
    mutating func append(number: Int64) {
        var rest = UInt64(number)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func append(fixed value: some FixedWidthInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func append(_ text: some Sequence<UInt8>) { bytes += text }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

/// Reads what a ``PackedRecord`` has, in the same order.
struct PackedRecordReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Where it has come to in the bytes.
    var position: Int { rest.startIndex }
    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.removeFirst() }

    mutating func number() -> Int64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = byte()
            result |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return Int64(truncatingIfNeeded: result) }
            shift += 7
        }
    }

    mutating func fixed<Value: FixedWidthInteger>(_ type: Value.Type) -> Value {
        var result: Value = 0
        for shift in stride(from: 0, to: Value.bitWidth, by: 8) { result |= Value(truncatingIfNeeded: byte()) << shift }
        return result
    }

    mutating func text(count: Int) -> ArraySlice<UInt8> {
        let text = rest.prefix(count)
        rest = rest.dropFirst(count)
        return text
    }
}
