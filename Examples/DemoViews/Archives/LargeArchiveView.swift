package import DownloadArchives
package import VirtualDownloads

/// An archive of any size: `/archive/big.zip?entries=COUNT&size=BYTES`, of generated entries of so many bytes each. It
/// can be resumed.
package struct LargeArchiveView: VirtualDownloadView {
    /// How many entries one may ask for.
    private let maximumEntryCount: Int
    private static let checksums = ZipChecksums()

    package init(maximumEntryCount: Int = 200_000) {
        self.maximumEntryCount = maximumEntryCount
    }

    /// What an entry costs that is run again for its checksum alone is little: some hundred milliseconds for each GiB.
    package var maximumSkippedBytes: Int64 { .max }

    package func file(for request: DownloadRequest) throws -> ZipFile {
        let query = try request.query
        let count = try query.integer("entries", in: 0...maximumEntryCount) ?? 10
        let size = try query.integer("size", in: 0...Int64(1 << 40)) ?? 1_000_000
        return try ZipFile(
            name: "big.zip",
            remembering: Self.checksums,
            entries: (0..<count).lazy
                .map { ZipEntry("entries/\($0).bin", Bytes(number: $0, count: size), method: .stored) }
        )
    }
}

/// A content that tells where each of its bytes belongs: its place, and the number of the entry.
private struct Bytes: DownloadFile {
    /// A period of 251 bytes, so that no power of two hides a byte that is out of place.
    private static let pattern: [UInt8] = (0..<65_536 + 251).map { UInt8($0 % 251) }

    let number: Int
    let count: Int64

    var name: String { "\(number).bin" }
    var size: Int64? { count }
    var entityTag: EntityTag? { EntityTag("\(number)-\(count)-1") }
    var isRepeatable: Bool { true }
    var isSeekable: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(0..<count, to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        var position = range.lowerBound
        while position < range.upperBound {
            let start = Int((position + Int64(number)) % 251)
            let length = Int(min(range.upperBound - position, 65_536))
            try await sink.write(Self.pattern[start..<start + length])
            position += Int64(length)
        }
    }
}
