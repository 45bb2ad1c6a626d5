/// Deflate without compression (RFC 1951 §3.2.4): the content in blocks of 65,535 bytes, each behind 5 bytes that say
/// its length.
///
/// Where each byte of the content lies is arithmetic, so such an entry can be had in parts like a stored one.
enum StoredBlocks {
    /// The most bytes of content in a block.
    static let maximumByteCount = 65_535
    /// The bytes before each block.
    static let headerByteCount = 5

    /// How many bytes a content of `size` bytes becomes; nil if that is beyond Int64.
    static func byteCount(of size: Int64) -> Int64? {
        let blocks = max(1, size / Int64(maximumByteCount) + (size % Int64(maximumByteCount) == 0 ? 0 : 1))
        let (count, overflows) = size.addingReportingOverflow(blocks * Int64(headerByteCount))
        return overflows ? nil : count
    }

    /// The bytes before a block.
    static func header(of count: Int, isLast: Bool) -> [UInt8] {
        let low = UInt8(truncatingIfNeeded: count)
        let high = UInt8(truncatingIfNeeded: count >> 8)
        return [isLast ? 1 : 0, low, high, ~low, ~high]
    }

    /// Where a byte of the coded content comes from.
    ///
    /// - Returns: The first byte of the content of the block, and how many bytes of the block with its header are
    ///   before it.
    static func place(ofByte offset: Int64) -> (blockStart: Int64, within: Int) {
        let length = Int64(maximumByteCount + headerByteCount)
        return (offset / length * Int64(maximumByteCount), Int(offset % length))
    }
}
