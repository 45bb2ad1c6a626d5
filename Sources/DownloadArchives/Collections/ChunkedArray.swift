/// An array that grows without being copied, so that a long one never takes the room of two.
struct ChunkedArray<Element> {
    /// Each but the last is full.
    private var chunks: [[Element]] = []
    private(set) var count = 0

    /// How many elements a chunk has, as a power of two: at most 1 MiB, which goes back to the system as one when it is
    /// freed.
    private static var shift: Int {
        max(0, Int.bitWidth - 1 - max(1, 1_048_576 / MemoryLayout<Element>.stride).leadingZeroBitCount)
    }

    mutating func append(_ element: Element) {
        let size = 1 << Self.shift
        if count & (size - 1) == 0 {
            var chunk: [Element] = []
            // Only a long list needs room for many.
            if count > 0 { chunk.reserveCapacity(size) }
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(element)
        count += 1
    }

    subscript(index: Int) -> Element {
        get { chunks[index >> Self.shift][index & (1 << Self.shift - 1)] }
        set { chunks[index >> Self.shift][index & (1 << Self.shift - 1)] = newValue }
    }
}
