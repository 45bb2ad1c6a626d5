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
}
