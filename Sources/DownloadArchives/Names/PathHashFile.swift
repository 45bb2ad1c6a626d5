internal import DownloadSystem

/// Hashes of paths in a temporary file: a hash table of buckets, found by a hash's highest bits. It does not change:
/// with more hashes it is rewritten, from its beginning to its end.
struct PathHashFile: ~Copyable {
    /// How many hashes a bucket has room for: twice as many as it has, at most, on average.
    private static let bucketSize = 128
    /// How many buckets are read and written at once, as a power of two: 64 KiB.
    private static let partBits = 6

    private let file: TemporaryFile
    /// How many bits of a hash are the bucket's number.
    private let bits: Int
    /// How many hashes there are.
    private let count: Int
    /// Used again for one bucket after the other.
    private var bucket = [UInt64](repeating: 0, count: bucketSize)

    /// Makes a file of hashes, none of which is among the old ones.
    ///
    /// - Parameters:
    ///   - old: The file in whose place it comes.
    ///   - count: How many hashes are new.
    ///   - quarters: The new hashes by their highest two bits, in no order; 0 stands for none.
    /// - Throws: `SystemError` where the file can't be made, or the disk is full.
    init(
        in folder: String,
        merging old: borrowing PathHashFile?,
        with quarters: [[UInt64]],
        count: Int
    ) throws(SystemError) {
        let oldCount =
            switch old {
            case .some(let old): old.count
            case .none: 0
            }
        self.count = oldCount + count
        var bits = Self.partBits + 2
        while (Self.bucketSize / 2) << bits < oldCount + count { bits += 1 }
        var made: TemporaryFile?
        repeat {
            made = try Self.file(in: folder, bits: bits, merging: old, with: quarters)
            bits += 1
        } while made == nil
        guard let made else { preconditionFailure("the loop ends with a file") }
        file = made
        self.bits = bits - 1
    }

    /// A file of hashes; nil if a bucket overflows, which takes extraordinary luck.
    private static func file(
        in folder: String,
        bits: Int,
        merging old: borrowing PathHashFile?,
        with quarters: [[UInt64]]
    ) throws(SystemError) -> TemporaryFile? {
        let file = try TemporaryFile(in: folder)
        let partsInQuarter = 1 << (bits - partBits - 2)
        for (quarter, hashes) in quarters.enumerated() {
            let hashes = hashes.filter { $0 != 0 }.sorted()
            var next = 0
            for number in quarter * partsInQuarter..<(quarter + 1) * partsInQuarter {
                var part = Part(number: number, bits: bits)
                switch old {
                case .some(let old):
                    guard part.insert(try old.hashes(ofPart: number, of: bits)) else { return nil }
                case .none: break
                }
                let start = next
                while next < hashes.count, part.isPlace(of: hashes[next]) { next += 1 }
                guard part.insert(hashes[start..<next]) else { return nil }
                let bytes = unsafe part.slots.span.bytes
                try file.write(bytes, at: Int64(number) * Int64(bytes.byteCount))
            }
        }
        return file
    }

    /// The hash that differs from `hash` in its lowest two bits at most; 0 for none.
    mutating func find(_ hash: UInt64) throws(SystemError) -> UInt64 {
        let offset = Int64(hash >> UInt64(64 - bits)) * Int64(Self.bucketSize * MemoryLayout<UInt64>.size)
        let file = file
        var span = bucket.mutableSpan
        var bytes = unsafe span.mutableBytes
        try file.read(into: &bytes, at: offset)
        for other in bucket {
            if other == 0 { break }
            if other ^ hash < 4 { return other }
        }
        return 0
    }

    /// The hashes that belong into a part of a file with more buckets, with 0 between them.
    private func hashes(ofPart number: Int, of bits: Int) throws(SystemError) -> [UInt64] {
        let count = Self.bucketSize << (Self.partBits - (bits - self.bits))
        var hashes = [UInt64](repeating: 0, count: count)
        var span = hashes.mutableSpan
        var bytes = unsafe span.mutableBytes
        try file.read(into: &bytes, at: Int64(number) * Int64(bytes.byteCount))
        return hashes
    }

    /// Some buckets beside one another.
    private struct Part {
        private(set) var slots = [UInt64](repeating: 0, count: bucketSize << partBits)
        private var used = [Int](repeating: 0, count: 1 << partBits)
        private let number: UInt64
        private let bits: Int

        init(number: Int, bits: Int) {
            self.number = UInt64(number)
            self.bits = bits
        }

        func isPlace(of hash: UInt64) -> Bool { hash >> UInt64(64 - bits + partBits) == number }

        /// Puts hashes into their buckets; false if one overflows.
        mutating func insert(_ hashes: some Sequence<UInt64>) -> Bool {
            for hash in hashes where hash != 0 {
                let bucket = Int(hash >> UInt64(64 - bits)) & ((1 << partBits) - 1)
                guard used[bucket] < bucketSize else { return false }
                slots[bucket * bucketSize + used[bucket]] = hash
                used[bucket] += 1
            }
            return true
        }
    }
}
