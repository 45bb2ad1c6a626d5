import DownloadCore

/// Writes a range of an archive whose layout is known, and runs only the entries that it needs: those whose content
/// lies in it, and those whose CRC-32 does and is not known.
struct RangeWriter {
    private let entries: EntryList
    private let layout: ZipLayout
    private let checksums: EntryChecksums
    private let range: Range<Int64>
    /// The CRC-32 of what was run, or looked up.
    private var crc32s = ChecksumTable()

    init(_ range: Range<Int64>, of entries: EntryList, layout: ZipLayout, memory: ZipChecksums?) {
        self.range = range
        self.entries = entries
        self.layout = layout
        checksums = EntryChecksums(memory: memory)
    }

    /// How many bytes of contents are run in vain.
    var skippedBytes: Int64 {
        var total: Int64 = 0
        for index in entries.indices {
            if contentRange(of: index).overlaps(range) {
                let run = run(of: index)
                total += run.wanted.lowerBound - run.start
            } else if needsChecksum(of: index) {
                total += checksums.cost(of: entries[index])
            }
        }
        return total
    }

    /// Writes the range. More may follow it where a content is not cut: the sink is to drop that.
    mutating func write(to sink: inout some ByteSink & ~Copyable) async throws {
        if !entries.isEmpty, range.lowerBound < layout.directoryOffset {
            var index = layout.entry(at: range.lowerBound)
            while index < entries.count, layout.offsets[index] < range.upperBound {
                try await writeEntry(index, to: &sink)
                index += 1
            }
        }
        if range.upperBound > layout.directoryOffset { try await writeDirectory(to: &sink) }
    }

    // MARK: - Entries

    /// Where the content of an entry lies in the archive.
    private func contentRange(of index: Int) -> Range<Int64> {
        let entry = entries[index]
        let start = layout.offsets[index] + Int64(ZipRecords.localHeaderByteCount(of: entry))
        return start..<start + (entry.storedSize ?? 0)
    }

    private mutating func writeEntry(_ index: Int, to sink: inout some ByteSink & ~Copyable) async throws {
        let entry = entries[index]
        let content = contentRange(of: index)
        var header: [UInt8] = []
        if range.lowerBound < content.lowerBound {
            let crc32 = entry.hasDescriptor ? 0 : try await checksum(of: index)
            header = ZipRecords.localHeader(of: entry, crc32: crc32)
            header.removeFirst(Int(max(0, range.lowerBound - layout.offsets[index])))
        }
        if content.overlaps(range) || (content.isEmpty && entry.file != nil && !header.isEmpty) {
            try await writeContent(of: index, behind: header, to: &sink)
        } else if !header.isEmpty {
            try await sink.write(header)
        }
        if entry.hasDescriptor, content.upperBound < range.upperBound {
            let finished = finished(index, crc32: try await checksum(of: index))
            try await write(ZipRecords.descriptor(of: entry, finished), at: content.upperBound, to: &sink)
        }
    }

    private mutating func writeContent(
        of index: Int,
        behind header: [UInt8],
        to sink: inout some ByteSink & ~Copyable
    ) async throws {
        let entry = entries[index]
        var run = run(of: index)
        run.header = header
        let outcome = await run.write(entry, to: &sink)
        checksums.remember(outcome, of: entry)
        if let failure = outcome.failure { throw failure }
        guard let prefix = outcome.prefix, prefix.count == entry.size else { return }
        if let expected = crc32s[index] ?? entry.crc32 {
            try checksums.check(prefix.crc32, of: entry, against: expected)
        }
        crc32s[index] = prefix.crc32
    }

    /// The run of the content of an entry, or of the part of it that lies in the range.
    private func run(of index: Int) -> EntryRun {
        let entry = entries[index]
        let content = contentRange(of: index)
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
        let needsChecksum = needsChecksum(of: index) && checksums.known(of: entry) == nil && crc32s[index] == nil
        if entry.isSeekable { run.start = needsChecksum ? min(prefix.count, first) : first }
        // Without what is before it, the CRC-32 of the rest says nothing.
        if run.start > 0 { run.known = prefix.count >= run.start ? prefix : .init(count: .max, crc32: 0) }
        return run
    }

    // MARK: - Checksums

    /// Whether a record that has the CRC-32 of an entry lies in the range.
    private func needsChecksum(of index: Int) -> Bool {
        let entry = entries[index]
        let content = contentRange(of: index)
        let record =
            entry.hasDescriptor
            ? content.upperBound..<content.upperBound + Int64(ZipRecords.descriptorByteCount(of: entry))
            : layout.offsets[index]..<content.lowerBound
        return record.overlaps(range) || range.upperBound > layout.directoryOffset
    }

    private mutating func checksum(of index: Int) async throws -> UInt32 {
        if let crc32 = crc32s[index] ?? checksums.known(of: entries[index]) { return crc32 }
        let crc32 = try await checksums.run(entries[index])
        crc32s[index] = crc32
        return crc32
    }

    private func finished(_ index: Int, crc32: UInt32) -> FinishedEntry {
        FinishedEntry(
            crc32: crc32,
            size: entries[index].size ?? 0,
            storedSize: entries[index].storedSize ?? 0,
            offset: layout.offsets[index]
        )
    }

    // MARK: - The directory

    private mutating func writeDirectory(to sink: inout some ByteSink & ~Copyable) async throws {
        var position = layout.directoryOffset
        for index in entries.indices {
            let entry = entries[index]
            let count = Int64(
                ZipRecords.centralEntryByteCount(
                    of: entry,
                    size: entry.size ?? 0,
                    storedSize: entry.storedSize ?? 0,
                    offset: layout.offsets[index]
                )
            )
            if (position..<position + count).overlaps(range) {
                let record = ZipRecords.centralEntry(of: entry, finished(index, crc32: try await checksum(of: index)))
                try await write(record, at: position, to: &sink)
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
