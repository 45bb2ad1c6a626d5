import DownloadArchives
import DownloadCore
import Randomness

/// Random sizes of stored entries, around the places where a record changes its form.
enum SizeInputs {
    private static let limit: Int64 = 0xFFFF_FFFF

    static func run(_ count: Int, _ random: inout SeededGenerator) throws {
        var done = 0
        while done < count {
            let sizes = (0..<1 + random.below(4)).map { _ in size(&random) }
            let entries = sizes.enumerated()
                .map { ZipEntry("\($0.offset)", Sized(size: $0.element), method: .stored, crc32: 1) }
            let file = try ZipFile(name: "a.zip", entries: entries)
            try check(file.size == sum(sizes), "\(sizes): \(file.size ?? -1), not \(sum(sizes) ?? -1)")
            if let size = file.size {
                let start = Int64.random(in: 0..<size, using: &random)
                let end = Int64.random(in: start...size, using: &random)
                try check(file.skippedBytes(for: start..<end) == 0, "\(sizes): \(start)..<\(end) runs in vain")
            }
            done += sizes.count
        }
    }

    private static func size(_ random: inout SeededGenerator) -> Int64 {
        let around = random.pick([0, 65_535, limit / 2, limit, 2 * limit, Int64.max / 3, Int64.max - 200])
        return max(0, around.addingReportingOverflow(Int64(random.below(400) - 200)).partialValue)
    }

    /// The size by the format's tables: one digit of a name, no times, CRC-32 and sizes in the local header.
    private static func sum(_ sizes: [Int64]) -> Int64? {
        var position: Int64 = 0
        var directory: Int64 = 0
        for size in sizes {
            let isLarge = size >= limit
            let fields: Int64 = (isLarge ? 2 : 0) + (position >= limit ? 1 : 0)
            directory += 47 + (fields == 0 ? 0 : 4 + 8 * fields)
            let (next, overflows) = position.addingReportingOverflow(size)
            guard !overflows, next <= Int64.max / 2 - 100 else { return nil }
            position = next + 31 + (isLarge ? 20 : 0)
        }
        return position + directory + 22 + (directory >= limit || position >= limit ? 76 : 0)
    }

    /// A file of a size that nobody runs.
    private struct Sized: DownloadFile {
        var size: Int64?
        var name: String { "a.bin" }
        var isRepeatable: Bool { true }
        var isSeekable: Bool { true }

        init(size: Int64) {
            self.size = size
        }

        func write(to sink: inout some ByteSink & ~Copyable) async throws {
            throw Failure("a content was run for its size")
        }
    }
}
