/// The frame around the parts of a `multipart/byteranges` content (RFC 9110 §14.6).
///
/// Its size is exact before a byte is written. The boundary is derived from the entity tag and the ranges, so that the
/// same request for the same content is answered by the same bytes.
package struct MultipartByteRanges: Sendable, Hashable {
    /// The parts, in the order they are sent; none is empty.
    package let ranges: [Range<Int64>]
    /// The size of the whole representation, in bytes.
    package let size: Int64
    /// The media type of each part.
    package let partType: String
    /// What separates the parts.
    package let boundary: String
    /// The size of the whole, in bytes.
    package let byteCount: Int64
    /// What stands before the bytes of each part.
    let heads: [[UInt8]]
    /// What stands after the last part.
    let closing: [UInt8]

    /// Frames `ranges` of a content.
    ///
    /// - Parameters:
    ///   - size: The size of the whole representation, in bytes.
    ///   - partType: The media type of the representation.
    ///   - tag: Its validator.
    package init(ranges: [Range<Int64>], size: Int64, partType: String, tag: EntityTag) {
        self.ranges = ranges
        self.size = size
        self.partType = partType
        var hash = BoundaryHash()
        hash.combine(tag.value.utf8)
        for range in ranges {
            hash.combine(range.lowerBound)
            hash.combine(range.upperBound)
        }
        boundary = hash.hexadecimal
        let frame = "\r\n--\(boundary)"
        let common = Array("\(frame)\r\nContent-Type: \(partType)\r\nContent-Range: ".utf8)
        closing = Array("\(frame)--\r\n".utf8)
        var heads: [[UInt8]] = []
        var byteCount = Int64(closing.count)
        for range in ranges {
            // The first delimiter begins the content, and needs no line before it.
            var head = heads.isEmpty ? Array(common.dropFirst(2)) : common
            head += ContentRange(range, of: size).description.utf8
            head += [0x0d, 0x0a, 0x0d, 0x0a]
            byteCount += Int64(head.count) + Int64(range.count)
            heads.append(head)
        }
        self.heads = heads
        self.byteCount = byteCount
    }

    /// The media type of the whole.
    package var contentType: String { "multipart/byteranges; boundary=\(boundary)" }
}

/// Two FNV-1a hashes with different bases. `Hasher` would give another boundary in every process.
private struct BoundaryHash {
    private var first: UInt64 = 0xcbf2_9ce4_8422_2325
    private var second: UInt64 = 0x6c62_272e_07bb_0142

    mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { combine(UInt64(byte)) }
    }

    mutating func combine(_ number: Int64) {
        for shift in stride(from: 0, to: 64, by: 8) { combine(UInt64(truncatingIfNeeded: number >> shift) & 0xff) }
    }

    private mutating func combine(_ byte: UInt64) {
        first = (first ^ byte) &* 0x100_0000_01b3
        second = (second ^ byte) &* 0x100_0000_01b3
    }

    var hexadecimal: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        for word in [first, second] {
            for shift in stride(from: 60, through: 0, by: -4) {
                digits.append(UInt8.hexDigit(UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15))
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
