import DownloadCore

/// The directory's records until they are written at the end: of each, the bytes in which it differs from the one
/// before. Those of a long list take some 20 bytes each.
struct DirectoryRecords: ~Copyable {
    /// Those that are full.
    private var chunks: SpilledChunks
    private var chunk: [UInt8] = []
    private var packed = PackedRecord()
    /// The record before, in the same chunk.
    private var last: [UInt8] = []
    /// The size of the records in bytes.
    private(set) var byteCount: Int64 = 0

    /// What is handed on at once, in bytes.
    private static let outputByteCount = 65_536

    init(in folder: String?) {
        chunks = SpilledChunks(in: folder)
    }

    mutating func append(_ record: [UInt8]) {
        byteCount += Int64(record.count)
        packed.removeAll()
        pack(record)
        let size = chunks.indices.isEmpty ? SpilledChunks.firstByteCount : SpilledChunks.usualByteCount
        if !chunk.isEmpty, chunk.count + packed.bytes.count > size {
            chunks.append(chunk)
            last = []
            packed.removeAll()
            pack(record)
            chunk = []
            // Only a long list needs room for many.
            chunk.reserveCapacity(max(packed.bytes.count, SpilledChunks.usualByteCount))
        }
        chunk += packed.bytes
        last = record
    }

    /// The length, a bit for each byte that says whether it differs, and those that do.
    private mutating func pack(_ record: [UInt8]) {
        packed.append(number: Int64(record.count))
        for start in stride(from: 0, to: record.count, by: 8) {
            var bits: UInt8 = 0
            for index in start..<min(start + 8, record.count) where index >= last.count || record[index] != last[index]
            {
                bits |= 1 << UInt8(index - start)
            }
            packed.append(fixed: bits)
        }
        for index in record.indices where index >= last.count || record[index] != last[index] {
            packed.append(fixed: record[index])
        }
    }

    /// Writes the records.
    ///
    /// - Throws: What the sink throws; `SystemError` if a temporary file can't be read.
    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        for index in chunks.indices { try await Self.write(chunks.chunk(at: index), to: &sink) }
        try await Self.write(chunk, to: &sink)
    }

    private static func write(_ chunk: [UInt8], to sink: inout some ByteSink & ~Copyable) async throws {
        var output: [UInt8] = []
        var reader = PackedRecordReader(chunk[...])
        var record: [UInt8] = []
        while reader.position < chunk.endIndex {
            unpack(&record, from: &reader)
            output += record
            guard output.count >= outputByteCount else { continue }
            try await sink.write(output)
            output.removeAll(keepingCapacity: true)
        }
        if !output.isEmpty { try await sink.write(output) }
    }

    /// Makes the record before into the next.
    private static func unpack(_ record: inout [UInt8], from reader: inout PackedRecordReader) {
        let count = Int(reader.number())
        if count < record.count {
            record.removeLast(record.count - count)
        } else {
            record.append(contentsOf: repeatElement(0, count: count - record.count))
        }
        let bits = reader.text(count: (count + 7) / 8)
        for index in 0..<count where bits[bits.startIndex + index / 8] >> UInt8(index % 8) & 1 == 1 {
            record[index] = reader.byte()
        }
    }
}
