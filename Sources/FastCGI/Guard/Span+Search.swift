extension Span<UInt8> {
    /// Whether `byte` is among the elements `start..<end`, eight at a time.
    @inline(__always)
    func contains(_ byte: UInt8, from start: Int, to end: Int) -> Bool {
        let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
        // Safe: a UInt8 has no padding to expose.
        let raw = unsafe bytes
        var index = start
        while index + 8 <= end {
            // Safe: the load is bounds-checked, and any eight bytes are a UInt64.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self) ^ pattern
            // Non-zero exactly when one of the eight bytes of `word` is zero.
            if (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 != 0 { return true }
            index += 8
        }
        while index < end {
            if self[index] == byte { return true }
            index += 1
        }
        return false
    }
}
