/// The frame around the parts of a `multipart/byteranges` content (RFC 9110 §14.6).
///
/// Its size is exact before a byte is written. The boundary is derived from the entity tag and the ranges, so that the same
/// request for the same content is answered by the same bytes.
public struct MultipartByteRanges: Sendable, Hashable {
    /// The parts, in the order they are sent; none is empty.
    public let ranges: [Range<Int64>]
    /// The size of the whole representation, in bytes.
    public let size: Int64
    /// The media type of each part.
    public let partType: String
    /// What separates the parts.
    public let boundary: String

    /// Frames `ranges` of a content.
    ///
    /// - Parameters:
    ///   - size: The size of the whole representation, in bytes.
    ///   - partType: The media type of the representation.
    ///   - tag: Its validator.
    public init(ranges: [Range<Int64>], size: Int64, partType: String, tag: EntityTag) {
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
    }

    /// The media type of the whole.
    public var contentType: String { "multipart/byteranges; boundary=\(boundary)" }

    /// The size of the whole, in bytes.
    public var byteCount: Int64 {
        var count = Int64(closing.utf8.count)
        for index in ranges.indices {
            count += Int64(head(at: index).utf8.count) + Int64(ranges[index].count)
        }
        return count
    }

    /// What stands before the bytes of a part.
    func head(at index: Int) -> String {
        let delimiter = index == 0 ? "--" : "\r\n--"
        let contentRange = ContentRange(ranges[index], of: size)
        return "\(delimiter)\(boundary)\r\nContent-Type: \(partType)\r\nContent-Range: \(contentRange)\r\n\r\n"
    }

    /// What stands after the last part.
    var closing: String { "\r\n--\(boundary)--\r\n" }
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
        [first, second]
            .map { word in
                let digits = String(word, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }
            .joined()
    }
}
