import DownloadCore

/// Writes an archive from its first byte to its last, entry by entry, and keeps nothing but what the directory is made
/// of.
struct StreamWriter: ~Copyable {
    private let options: ZipOptions
    private let checksums: EntryChecksums
    private var deflater: Deflater?
    private var position: Int64 = 0
    private var directory: DirectoryRecords
    private var entryCount: Int64 = 0
    /// The paths of the entries that were left out.
    let omitted: OmissionList

    init(options: ZipOptions, memory: ZipChecksums?) {
        self.options = options
        checksums = EntryChecksums(memory: memory)
        directory = DirectoryRecords(in: options.temporaryDirectory)
        omitted = OmissionList(in: options.temporaryDirectory)
    }

    /// Writes one entry.
    ///
    /// - Throws: What its content throws, unless such entries are left out and nothing of it was written; what the sink
    ///   throws.
    mutating func write(_ entry: PlannedEntry, to sink: inout some ByteSink & ~Copyable) async throws {
        var crc32 = checksums.known(of: entry)
        var content: [UInt8]?
        do {
            if entry.form == .plain, crc32 == nil {
                if let size = entry.size, size <= PlannedEntry.collectedByteCount {
                    content = try await collected(entry)
                    crc32 = content.map { CRC32(of: $0).value }
                } else {
                    crc32 = try await checksums.run(entry)
                }
            }
        } catch {
            try omit(entry, after: error)
            return
        }
        let said = entry.hasDescriptor ? nil : crc32
        let header = ZipRecords.localHeader(of: entry, crc32: said ?? 0)
        var finished = FinishedEntry(crc32: said ?? 0, size: 0, storedSize: 0, offset: position)
        if let content {
            try await sink.write(header)
            try await sink.write(content)
            (finished.size, finished.storedSize) = (Int64(content.count), Int64(content.count))
        } else {
            var run = EntryRun(header: header)
            run.deflater = try compressor(for: entry)
            let outcome = await run.write(entry, to: &sink)
            checksums.remember(outcome, of: entry)
            if let failure = outcome.failure {
                guard !outcome.isBaseFailure, !outcome.hasBegun else { throw failure }
                try omit(entry, after: failure)
                return
            }
            finished.crc32 = outcome.prefix?.crc32 ?? 0
            (finished.size, finished.storedSize) = (outcome.size, outcome.storedSize)
            // Also where it comes in a descriptor: the entry may have said it.
            if let expected = said ?? entry.crc32 {
                try checksums.check(finished.crc32, of: entry, against: expected)
            }
        }
        let descriptor = ZipRecords.descriptor(of: entry, finished)
        if !descriptor.isEmpty { try await sink.write(descriptor) }
        position += Int64(header.count) + finished.storedSize + Int64(descriptor.count)
        directory.append(ZipRecords.centralEntry(of: entry, finished))
        entryCount += 1
    }

    /// Writes the directory.
    mutating func end(to sink: inout some ByteSink & ~Copyable) async throws {
        let directorySize = directory.byteCount
        try await directory.write(to: &sink)
        let end = ZipRecords.end(entries: entryCount, directorySize: directorySize, directoryOffset: position)
        try await sink.write(end)
    }

    private mutating func omit(_ entry: PlannedEntry, after error: any Error) throws {
        guard options.omittingFailedEntries, !Task.isCancelled, !(error is CancellationError) else { throw error }
        omitted.append(entry.path)
    }

    private func collected(_ entry: PlannedEntry) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(entry.size ?? 0))
        var sink = CollectingSink(bytes)
        let outcome = await EntryRun().write(entry, to: &sink)
        bytes = sink.finish()
        checksums.remember(outcome, of: entry)
        if let failure = outcome.failure { throw failure }
        return bytes
    }

    private mutating func compressor(for entry: PlannedEntry) throws -> Deflater? {
        let coding: Deflater.Coding
        switch entry.form {
        case .deflated(let level): coding = .compressed(level: level)
        case .framedUnsized: coding = .storedBlocks
        case .empty, .plain, .trailed, .framed: return nil
        }
        let deflater = deflater ?? Deflater()
        self.deflater = deflater
        guard deflater.begin(coding) else { throw ZipError(.outOfMemory, path: entry.path) }
        return deflater
    }
}

/// Keeps what is written into it.
struct CollectingSink: ByteSink, ~Copyable {
    private var bytes: [UInt8]

    init(_ bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    mutating func write(_ bytes: RawSpan) async throws {
        _ = writeAtOnce(bytes)
    }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
        return true
    }

    consuming func finish() -> [UInt8] { bytes }
}

extension CRC32 {
    init(of bytes: [UInt8]) {
        self.init()
        update(unsafe bytes.span.bytes)
    }
}
