/// What the entries of an archive add up to: known beforehand when the size of every content is, and how it will be
/// stored.
struct ZipLayout {
    private var entryCount: Int64 = 0
    /// Where the directory begins: behind the last entry.
    private(set) var directoryOffset: Int64 = 0
    private(set) var directorySize: Int64 = 0

    /// Adds the next entry; false if its size is unknown, or the sum is beyond Int64.
    mutating func append(_ entry: PlannedEntry) -> Bool {
        guard let size = entry.size, let storedSize = entry.storedSize else { return false }
        let record = ZipRecords.centralEntryByteCount(
            of: entry,
            size: size,
            storedSize: storedSize,
            offset: directoryOffset
        )
        let frame = ZipRecords.localHeaderByteCount(of: entry) + ZipRecords.descriptorByteCount(of: entry)
        guard storedSize <= Int64.max / 2 - directoryOffset - Int64(frame) else { return false }
        entryCount += 1
        directorySize += Int64(record)
        directoryOffset += storedSize + Int64(frame)
        return true
    }

    /// The size of the archive in bytes.
    var size: Int64 {
        let end = ZipRecords.endByteCount(
            entries: entryCount,
            directorySize: directorySize,
            directoryOffset: directoryOffset
        )
        return directoryOffset + directorySize + Int64(end)
    }
}
