import DownloadCore

/// Writes a range of an archive whose layout is known, and runs only the entries that it needs: those whose content
/// lies in it, and those whose CRC-32 does and is not known.
struct RangeWriter: ~Copyable {
    private let entries: EntryList
    private let layout: ZipLayout
    private let checksums: EntryChecksums
    private let range: Range<Int64>
    /// The CRC-32 of the entries that lie in the range, those that were run or looked up.
    private var crc32s: ChecksumTable
    /// That of the entry that is being written.
    private var current: UInt32?

    init(
        _ range: Range<Int64>,
        of entries: EntryList,
        layout: ZipLayout,
        memory: ZipChecksums?,
        options: ZipOptions
    ) {
        self.range = range
        self.entries = entries
        self.layout = layout
        checksums = EntryChecksums(memory: memory)
        crc32s = ChecksumTable(in: options.temporaryDirectory)
    }

    private var hasDirectory: Bool { range.upperBound > layout.directoryOffset }

    /// How many bytes of contents are run in vain.
    ///
    /// - Throws: ``ZipError`` if the temporary file of the list can't be read.
    func skippedBytes() throws(ZipError) -> Int64 {
        var total: Int64 = 0
        // The directory has the CRC-32 of every entry.
        var cursor = hasDirectory ? entries.cursor : try entries.cursor(at: range.lowerBound)
        while let placed = try cursor.next(), hasDirectory || placed.offset < range.upperBound {
            if placed.content.overlaps(range) {
                let run = run(of: placed)
                total += run.wanted.lowerBound - run.start
            } else if needsChecksum(of: placed) {
                total += checksums.cost(of: placed.entry)
            }
        }
        return total
    }

    /// Writes the range. More may follow it where a content is not cut: the sink is to drop that.
    mutating func write(to sink: inout some ByteSink & ~Copyable) async throws {
        if range.lowerBound < layout.directoryOffset {
            var cursor = try entries.cursor(at: range.lowerBound)
            while let placed = try cursor.next(), placed.offset < range.upperBound {
                current = nil
                try await writeEntry(placed, to: &sink)
                if hasDirectory { crc32s.append(current, of: placed.index) }
            }
        }
        if hasDirectory { try await writeDirectory(to: &sink) }
    }

    // MARK: - Entries

    private mutating func writeEntry(_ placed: PlacedEntry, to sink: inout some ByteSink & ~Copyable) async throws {
        let (entry, content) = (placed.entry, placed.content)
        var header: [UInt8] = []
        if range.lowerBound < content.lowerBound {
            let crc32 = entry.hasDescriptor ? 0 : try await checksumOfCurrent(entry)
            header = ZipRecords.localHeader(of: entry, crc32: crc32)
            header.removeFirst(Int(max(0, range.lowerBound - placed.offset)))
        }
        if content.overlaps(range) || (content.isEmpty && entry.file != nil && !header.isEmpty) {
            try await writeContent(of: placed, behind: header, to: &sink)
        } else if !header.isEmpty {
            try await sink.write(header)
        }
        if entry.hasDescriptor, content.upperBound < range.upperBound {
            let finished = finished(placed, crc32: try await checksumOfCurrent(entry))
            try await write(ZipRecords.descriptor(of: entry, finished), at: content.upperBound, to: &sink)
        }
    }

    private mutating func writeContent(
        of placed: PlacedEntry,
        behind header: [UInt8],
        to sink: inout some ByteSink & ~Copyable
    ) async throws {
        let entry = placed.entry
        var run = run(of: placed)
        run.header = header
        let outcome = await run.write(entry, to: &sink)
        checksums.remember(outcome, of: entry)
        if let failure = outcome.failure { throw failure }
        guard let prefix = outcome.prefix, prefix.count == entry.size else { return }
        if let expected = current ?? entry.crc32 { try checksums.check(prefix.crc32, of: entry, against: expected) }
        current = prefix.crc32
    }

    /// The run of the content of an entry, or of the part of it that lies in the range.
    private func run(of placed: PlacedEntry) -> EntryRun {
        let (entry, content) = (placed.entry, placed.content)
        var run = EntryRun()
        let offset = max(0, range.lowerBound - content.lowerBound)
        var first = offset
        if entry.form == .framed {
            let place = StoredBlocks.place(ofByte: offset)
            first = place.blockStart + Int64(max(0, place.within - StoredBlocks.headerByteCount))
            // Behind the header of its block there is none to drop.
            run.blockHeaderBytesToDrop = place.within <= StoredBlocks.headerByteCount ? place.within : 0
        }
        // Else to its end. What is too much of the last block is cut by the sink.
        let isCut = range.upperBound < content.upperBound
        let last = max(first + 1, range.upperBound - content.lowerBound)
        run.wanted = first..<(isCut ? min(last, entry.size ?? .max) : .max)
        guard first > 0 else { return run }
        let prefix = checksums.prefix(of: entry) ?? run.known
        let needsChecksum = needsChecksum(of: placed) && checksums.known(of: entry) == nil && current == nil
        if entry.isSeekable { run.start = needsChecksum ? min(prefix.count, first) : first }
        // Without what is before it, the CRC-32 of the rest says nothing.
        if run.start > 0 { run.known = prefix.count >= run.start ? prefix : .init(count: .max, crc32: 0) }
        return run
    }

    // MARK: - Checksums

    /// Whether a record that has the CRC-32 of an entry lies in the range.
    private func needsChecksum(of placed: PlacedEntry) -> Bool {
        let content = placed.content
        let record = placed.entry.hasDescriptor ? content.upperBound..<placed.end : placed.offset..<content.lowerBound
        return record.overlaps(range) || hasDirectory
    }

    /// The CRC-32 of the entry that is being written.
    private mutating func checksumOfCurrent(_ entry: PlannedEntry) async throws -> UInt32 {
        if let crc32 = current ?? checksums.known(of: entry) { return crc32 }
        let crc32 = try await checksums.run(entry)
        current = crc32
        return crc32
    }

    private func finished(_ placed: PlacedEntry, crc32: UInt32) -> FinishedEntry {
        FinishedEntry(
            crc32: crc32,
            size: placed.entry.size ?? 0,
            storedSize: placed.entry.storedSize ?? 0,
            offset: placed.offset
        )
    }

    // MARK: - The directory

    private mutating func writeDirectory(to sink: inout some ByteSink & ~Copyable) async throws {
        var position = layout.directoryOffset
        var cursor = entries.cursor
        while let placed = try cursor.next() {
            let entry = placed.entry
            let count = Int64(
                ZipRecords.centralEntryByteCount(
                    of: entry,
                    size: entry.size ?? 0,
                    storedSize: entry.storedSize ?? 0,
                    offset: placed.offset
                )
            )
            if (position..<position + count).overlaps(range) {
                current = try crc32s.crc32(of: placed.index)
                let finished = finished(placed, crc32: try await checksumOfCurrent(entry))
                try await write(ZipRecords.centralEntry(of: entry, finished), at: position, to: &sink)
            }
            position += count
        }
        let end = ZipRecords.end(
            entries: Int64(entries.count),
            directorySize: layout.directorySize,
            directoryOffset: layout.directoryOffset
        )
        try await write(end, at: position, to: &sink)
    }

    /// Writes those bytes of a record that lie in the range, or behind it.
    private func write(_ bytes: [UInt8], at position: Int64, to sink: inout some ByteSink & ~Copyable) async throws {
        let skipped = max(0, range.lowerBound - position)
        guard skipped < Int64(bytes.count) else { return }
        try await sink.write(bytes.dropFirst(Int(skipped)))
    }
}
