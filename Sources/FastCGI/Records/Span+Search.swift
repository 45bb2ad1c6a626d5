internal import Glibc

extension Span<UInt8> {
    /// Whether `byte` is among the elements `start..<end`.
    @inline(__always)
    func contains(_ byte: UInt8, from start: Int, to end: Int) -> Bool {
        precondition(start >= 0 && start <= end && end <= count)
        return unsafe withUnsafeBytes { bytes in
            guard start < end, let base = bytes.baseAddress else { return false }
            return unsafe memchr(base + start, Int32(byte), end - start) != nil
        }
    }

    /// The eight elements from `index` on, the first in the lowest bits.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        // Safe: the load is bounds-checked, any eight bytes are a UInt64, and a UInt8 has no padding to expose.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The name and the value of the pair that begins at `index` (FastCGI 1.0 §3.4); nil if it does not lie before
    /// `end` as a whole, or has a name of 128 bytes or more, as no server sends.
    @inline(__always)
    func pair(at index: Int, to end: Int) -> (name: Range<Int>, value: Range<Int>)? {
        guard index + 2 <= end else { return nil }
        let name = Int(self[index])
        var value = Int(self[index + 1])
        var start = index + 2
        if value >= 0x80 {
            guard index + 5 <= end else { return nil }
            value = (value & 0x7F) << 24 | Int(self[index + 2]) << 16
            value |= Int(self[index + 3]) << 8 | Int(self[index + 4])
            start = index + 5
        }
        guard name < 0x80, name + value <= end - start else { return nil }
        return (start..<start + name, start + name..<start + name + value)
    }
}
