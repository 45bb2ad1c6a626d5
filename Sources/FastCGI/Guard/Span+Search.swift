extension Span<UInt8> {
    /// Whether `first` or `second` is among the elements `start..<end`, eight at a time.
    @inline(__always)
    func contains(_ first: UInt8, or second: UInt8, from start: Int, to end: Int) -> Bool {
        let one = UInt64(first) &* 0x0101_0101_0101_0101
        let other = UInt64(second) &* 0x0101_0101_0101_0101
        var index = start
        while index + 8 <= end {
            let word = word(at: index)
            if Self.hasZeroByte(word ^ one) || Self.hasZeroByte(word ^ other) { return true }
            index += 8
        }
        guard index < end else { return false }
        if index + 8 <= count {
            // The elements past the end are read as well, and made anything but zero.
            let word = word(at: index)
            let rest = UInt64.max << UInt64(8 * (end - index))
            return Self.hasZeroByte(word ^ one | rest) || Self.hasZeroByte(word ^ other | rest)
        }
        while index < end {
            if self[index] == first || self[index] == second { return true }
            index += 1
        }
        return false
    }

    /// Whether `byte` is among the elements `start..<end`.
    @inline(__always)
    func contains(_ byte: UInt8, from start: Int, to end: Int) -> Bool {
        contains(byte, or: byte, from: start, to: end)
    }

    /// The eight elements from `index` on, the first in the lowest bits.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        // Safe: the load is bounds-checked, any eight bytes are a UInt64, and a UInt8 has no padding to expose.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    @inline(__always)
    private static func hasZeroByte(_ word: UInt64) -> Bool {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0
    }
}
