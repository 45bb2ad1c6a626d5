/// Records of bytes in chunks, which grow without being copied.
struct ChunkedBytes {
    private var chunks: [[UInt8]] = []
    /// In bytes: 1 MiB, which goes back to the system as one when it is freed. The first is smaller, for short lists.
    static let chunkSize = 1_048_576
    static let firstChunkSize = 65_536

    /// Appends a record, which lies in one chunk.
    ///
    /// - Returns: Where it begins.
    mutating func append(_ record: [UInt8]) -> Place {
        let end = chunks.count - 1
        let size = end == 0 ? Self.firstChunkSize : Self.chunkSize
        if end >= 0, chunks[end].count + record.count <= size {
            let place = Place(chunk: end, offset: chunks[end].count)
            chunks[end] += record
            return place
        }
        var chunk: [UInt8] = []
        // Only a long list needs room for many.
        chunk.reserveCapacity(max(record.count, chunks.isEmpty ? 0 : Self.chunkSize))
        chunk += record
        chunks.append(chunk)
        return Place(chunk: chunks.count - 1, offset: 0)
    }

    /// What follows from a place on: to the end of its chunk.
    subscript(place: Place) -> ArraySlice<UInt8> { chunks[place.chunk][place.offset...] }

    /// Where a record begins.
    struct Place {
        private let bits: Int

        fileprivate init(chunk: Int, offset: Int) { bits = chunk << 21 | offset }

        fileprivate var chunk: Int { bits >> 21 }
        fileprivate var offset: Int { bits & (1 << 21 - 1) }

        /// The place of a record that lies some bytes further in the same chunk.
        func advanced(by count: Int) -> Place { Place(chunk: chunk, offset: offset + count) }
    }

    /// The place behind a record of `count` bytes: in the next chunk if the record was the last of its own.
    func place(after place: Place, count: Int) -> Place {
        let next = place.advanced(by: count)
        return next.offset < chunks[next.chunk].count ? next : Place(chunk: next.chunk + 1, offset: 0)
    }
}
