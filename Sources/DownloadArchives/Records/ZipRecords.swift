/// The records of a ZIP archive (APPNOTE.TXT 6.3): their bytes, and how many there are of them.
enum ZipRecords {
    /// From here on a size or an offset takes the 64-bit form: 32 bits that are all ones say so.
    static let limit32: Int64 = 0xFFFF_FFFF
    /// From here on the number of entries does.
    static let limit16 = 0xFFFF
    /// Unix, and version 4.5 of the format: says how the attributes are to be read.
    private static let madeBy: UInt16 = 3 << 8 | 45
    private static let zip64Version: UInt16 = 45

    private static let extendedTimeByteCount = 9

    // MARK: - Entries

    /// The local header, with the CRC-32 and the sizes if no descriptor has them.
    static func localHeader(of entry: PlannedEntry, crc32: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(localHeaderByteCount(of: entry))
        bytes.append(littleEndian: 0x0403_4b50 as UInt32)
        bytes.append(littleEndian: neededVersion(of: entry, isZip64: entry.isZip64))
        bytes.append(littleEndian: flags(of: entry))
        bytes.append(littleEndian: entry.isDeflate ? 8 : 0 as UInt16)
        bytes.append(littleEndian: entry.time.dosTime)
        bytes.append(littleEndian: entry.time.dosDate)
        let size = entry.hasDescriptor ? 0 : entry.size ?? 0
        bytes.append(littleEndian: entry.hasDescriptor ? 0 : crc32)
        let slot = entry.isZip64 ? UInt32.max : UInt32(truncatingIfNeeded: size)
        bytes.append(littleEndian: slot)
        bytes.append(littleEndian: slot)
        bytes.append(littleEndian: UInt16(entry.path.count))
        bytes.append(littleEndian: UInt16(localExtraByteCount(of: entry)))
        bytes += entry.path
        if entry.isZip64 {
            bytes.append(littleEndian: 0x0001 as UInt16)
            bytes.append(littleEndian: 16 as UInt16)
            bytes.append(littleEndian: UInt64(size))
            bytes.append(littleEndian: UInt64(size))
        }
        bytes.append(extendedTime: entry.time)
        return bytes
    }

    static func localHeaderByteCount(of entry: PlannedEntry) -> Int {
        30 + entry.path.count + localExtraByteCount(of: entry)
    }

    private static func localExtraByteCount(of entry: PlannedEntry) -> Int {
        (entry.isZip64 ? 20 : 0) + (entry.time.seconds == nil ? 0 : extendedTimeByteCount)
    }

    /// What follows the content: signed, and as wide as the local header said; empty where that has it all.
    static func descriptor(of entry: PlannedEntry, _ finished: FinishedEntry) -> [UInt8] {
        guard entry.hasDescriptor else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        bytes.append(littleEndian: 0x0807_4b50 as UInt32)
        bytes.append(littleEndian: finished.crc32)
        for size in [finished.storedSize, finished.size] {
            if entry.isZip64 {
                bytes.append(littleEndian: UInt64(size))
            } else {
                bytes.append(littleEndian: UInt32(truncatingIfNeeded: size))
            }
        }
        return bytes
    }

    static func descriptorByteCount(of entry: PlannedEntry) -> Int {
        entry.hasDescriptor ? (entry.isZip64 ? 24 : 16) : 0
    }

    /// The entry's record in the directory.
    static func centralEntry(of entry: PlannedEntry, _ finished: FinishedEntry) -> [UInt8] {
        var bytes: [UInt8] = []
        let large = [finished.size, finished.storedSize, finished.offset].filter { $0 >= limit32 }
        let extra = zip64ExtraByteCount(fields: large.count) + (entry.time.seconds == nil ? 0 : extendedTimeByteCount)
        bytes.reserveCapacity(46 + entry.path.count + extra + entry.comment.count)
        bytes.append(littleEndian: 0x0201_4b50 as UInt32)
        bytes.append(littleEndian: madeBy)
        bytes.append(littleEndian: neededVersion(of: entry, isZip64: entry.isZip64 || !large.isEmpty))
        bytes.append(littleEndian: flags(of: entry))
        bytes.append(littleEndian: entry.isDeflate ? 8 : 0 as UInt16)
        bytes.append(littleEndian: entry.time.dosTime)
        bytes.append(littleEndian: entry.time.dosDate)
        bytes.append(littleEndian: finished.crc32)
        bytes.append(slot: finished.storedSize)
        bytes.append(slot: finished.size)
        bytes.append(littleEndian: UInt16(entry.path.count))
        bytes.append(littleEndian: UInt16(extra))
        bytes.append(littleEndian: UInt16(entry.comment.count))
        // The disk, and the internal attributes.
        bytes.append(littleEndian: 0 as UInt32)
        let isFolder = entry.file == nil
        bytes.append(littleEndian: UInt32(entry.mode) << 16 | (isFolder ? 0x10 : 0))
        bytes.append(slot: finished.offset)
        bytes += entry.path
        if !large.isEmpty {
            bytes.append(littleEndian: 0x0001 as UInt16)
            bytes.append(littleEndian: UInt16(8 * large.count))
            for value in large { bytes.append(littleEndian: UInt64(value)) }
        }
        bytes.append(extendedTime: entry.time)
        bytes += entry.comment
        return bytes
    }

    /// How many bytes ``centralEntry(of:_:)`` gives.
    static func centralEntryByteCount(of entry: PlannedEntry, size: Int64, storedSize: Int64, offset: Int64) -> Int {
        let large = (size >= limit32 ? 1 : 0) + (storedSize >= limit32 ? 1 : 0) + (offset >= limit32 ? 1 : 0)
        return 46 + entry.path.count + zip64ExtraByteCount(fields: large)
            + (entry.time.seconds == nil ? 0 : extendedTimeByteCount) + entry.comment.count
    }

    private static func zip64ExtraByteCount(fields: Int) -> Int {
        fields == 0 ? 0 : 4 + 8 * fields
    }

    /// Bit 11: the names are UTF-8. Bit 3: a descriptor follows.
    private static func flags(of entry: PlannedEntry) -> UInt16 {
        let isASCII = entry.path.allSatisfy { $0 < 0x80 } && entry.comment.allSatisfy { $0 < 0x80 }
        return (isASCII ? 0 : 1 << 11) | (entry.hasDescriptor ? 1 << 3 : 0)
    }

    private static func neededVersion(of entry: PlannedEntry, isZip64: Bool) -> UInt16 {
        if isZip64 { return zip64Version }
        return entry.isDeflate || entry.file == nil ? 20 : 10
    }

    // MARK: - The end

    /// What follows the directory's entries: in the 64-bit form where a number needs it, and only the slots that
    /// overflow are all ones.
    static func end(entries: Int64, directorySize: Int64, directoryOffset: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        if needsZip64End(entries: entries, directorySize: directorySize, directoryOffset: directoryOffset) {
            bytes.append(littleEndian: 0x0606_4b50 as UInt32)
            // What follows this number.
            bytes.append(littleEndian: 44 as UInt64)
            bytes.append(littleEndian: madeBy)
            bytes.append(littleEndian: zip64Version)
            bytes.append(littleEndian: 0 as UInt64)
            bytes.append(littleEndian: UInt64(entries))
            bytes.append(littleEndian: UInt64(entries))
            bytes.append(littleEndian: UInt64(directorySize))
            bytes.append(littleEndian: UInt64(directoryOffset))
            bytes.append(littleEndian: 0x0706_4b50 as UInt32)
            bytes.append(littleEndian: 0 as UInt32)
            bytes.append(littleEndian: UInt64(directoryOffset + directorySize))
            bytes.append(littleEndian: 1 as UInt32)
        }
        bytes.append(littleEndian: 0x0605_4b50 as UInt32)
        bytes.append(littleEndian: 0 as UInt32)
        let count = entries >= Int64(limit16) ? UInt16.max : UInt16(truncatingIfNeeded: entries)
        bytes.append(littleEndian: count)
        bytes.append(littleEndian: count)
        bytes.append(slot: directorySize)
        bytes.append(slot: directoryOffset)
        bytes.append(littleEndian: 0 as UInt16)
        return bytes
    }

    static func endByteCount(entries: Int64, directorySize: Int64, directoryOffset: Int64) -> Int {
        let isZip64 = needsZip64End(
            entries: entries,
            directorySize: directorySize,
            directoryOffset: directoryOffset
        )
        return isZip64 ? 56 + 20 + 22 : 22
    }

    private static func needsZip64End(entries: Int64, directorySize: Int64, directoryOffset: Int64) -> Bool {
        entries >= Int64(limit16) || directorySize >= limit32 || directoryOffset >= limit32
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        var rest = value
        for _ in 0..<value.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Appends 32 bits of a number; all ones where it has more.
    fileprivate mutating func append(slot value: Int64) {
        append(littleEndian: value >= ZipRecords.limit32 ? UInt32.max : UInt32(truncatingIfNeeded: value))
    }

    /// Appends the extra field 5455 with the time of modification.
    fileprivate mutating func append(extendedTime time: EntryTime) {
        guard let seconds = time.seconds else { return }
        append(littleEndian: 0x5455 as UInt16)
        append(littleEndian: 5 as UInt16)
        append(1)
        append(littleEndian: seconds)
    }
}
