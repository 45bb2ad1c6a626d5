/// Where each entry of an archive begins: known beforehand when the size of every content is, and how it will be
/// stored.
struct ZipLayout {
    /// Where the local header of each entry begins.
    let offsets: [Int64]
    let directoryOffset: Int64
    let directorySize: Int64
    /// The size of the archive in bytes.
    let size: Int64

    /// Adds up the entries; nil if a size is unknown, or the sum is beyond Int64.
    init?(_ entries: EntryList) {
        var offsets: [Int64] = []
        offsets.reserveCapacity(entries.count)
        var position: Int64 = 0
        var directorySize: Int64 = 0
        for entry in entries {
            guard let size = entry.size, let storedSize = entry.storedSize else { return nil }
            offsets.append(position)
            directorySize += Int64(
                ZipRecords.centralEntryByteCount(of: entry, size: size, storedSize: storedSize, offset: position)
            )
            let frame = ZipRecords.localHeaderByteCount(of: entry) + ZipRecords.descriptorByteCount(of: entry)
            guard storedSize <= Int64.max / 2 - position - Int64(frame) else { return nil }
            position += storedSize + Int64(frame)
        }
        self.offsets = offsets
        directoryOffset = position
        self.directorySize = directorySize
        let end = ZipRecords.endByteCount(
            entries: Int64(entries.count),
            directorySize: directorySize,
            directoryOffset: position
        )
        size = position + directorySize + Int64(end)
    }

    /// The last entry that begins at `offset` or before.
    func entry(at offset: Int64) -> Int {
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }
}
