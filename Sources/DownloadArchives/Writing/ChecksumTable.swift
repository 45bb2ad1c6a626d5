internal import DownloadSystem

/// The CRC-32 of entries that follow one another in the list, as far as they are known: five bytes for each, in a
/// temporary file from 4 MiB on.
struct ChecksumTable: ~Copyable {
    private var first = 0
    private var count = 0
    /// Those that are full.
    private var chunks: SpilledChunks
    private var chunk: [UInt8] = []
    /// The one that was read last.
    private var read: (number: Int, bytes: [UInt8])?

    private static let width = 5
    private let countInChunk: Int

    init(
        in folder: String?,
        memoryByteCount: Int = 4 << 20,
        chunkByteCount: Int = SpilledChunks.usualByteCount
    ) {
        countInChunk = chunkByteCount / Self.width
        chunks = SpilledChunks(in: folder, memoryByteCount: memoryByteCount)
    }

    /// Notes the CRC-32 of an entry, nil if it is not known. The first may be any of the list, the others follow it.
    mutating func append(_ crc32: UInt32?, of index: Int) {
        if count == 0 { first = index }
        precondition(index == first + count, "entries are noted in the order of the list")
        if chunk.count == countInChunk * Self.width {
            chunks.append(chunk)
            chunk = []
            chunk.reserveCapacity(countInChunk * Self.width)
        }
        chunk.append(crc32 == nil ? 0 : 1)
        for shift in stride(from: 0, to: 32, by: 8) { chunk.append(UInt8(truncatingIfNeeded: (crc32 ?? 0) >> shift)) }
        count += 1
    }

    /// The CRC-32 of an entry; nil if it is not known.
    ///
    /// - Throws: `SystemError` if the temporary file can't be read.
    mutating func crc32(of index: Int) throws(SystemError) -> UInt32? {
        guard index >= first, index < first + count else { return nil }
        let (number, place) = (index - first).quotientAndRemainder(dividingBy: countInChunk)
        var reader: PackedRecordReader
        if number == chunks.indices.count {
            reader = PackedRecordReader(chunk[(place * Self.width)...])
        } else {
            let bytes = if let read, read.number == number { read.bytes } else { try chunks.chunk(at: number) }
            read = (number, bytes)
            reader = PackedRecordReader(bytes[(place * Self.width)...])
        }
        return reader.byte() == 0 ? nil : reader.fixed(UInt32.self)
    }
}
