import DownloadCore

/// Finds the CRC-32 of a content before it is written: given, remembered, or by running it.
struct EntryChecksums {
    let memory: ZipChecksums?

    /// The CRC-32 of the whole content where it is known without running it.
    func known(of entry: PlannedEntry) -> UInt32? {
        if let given = entry.crc32 { return given }
        guard let prefix = prefix(of: entry), prefix.count == entry.size else { return nil }
        return prefix.crc32
    }

    /// What is remembered of a content: of its first bytes at least.
    func prefix(of entry: PlannedEntry) -> ZipChecksums.Prefix? {
        guard let memory, let key = ZipChecksums.Key(entry) else { return nil }
        return memory.prefix(of: key)
    }

    /// How many bytes of a content have to be run, in vain, to know its CRC-32.
    func cost(of entry: PlannedEntry) -> Int64 {
        guard entry.crc32 == nil, let size = entry.size else { return 0 }
        guard let prefix = prefix(of: entry) else { return size }
        return prefix.count == size ? 0 : entry.isSeekable ? size - prefix.count : size
    }

    func remember(_ outcome: EntryRun.Outcome, of entry: PlannedEntry) {
        // A content that was too long, or failed by itself, says nothing of its first bytes either.
        guard let memory, outcome.failure == nil || outcome.isBaseFailure, let prefix = outcome.prefix,
            let key = ZipChecksums.Key(entry)
        else { return }
        memory.remember(prefix, of: key)
    }

    /// Compares the CRC-32 of a content that was run with the one that was said before.
    ///
    /// - Throws: ``ZipError`` if they differ.
    func check(_ crc32: UInt32, of entry: PlannedEntry, against expected: UInt32) throws {
        guard crc32 != expected else { return }
        if let memory, let key = ZipChecksums.Key(entry) { memory.forget(key) }
        throw ZipError(.checksumMismatch, path: entry.path)
    }

    /// Runs a content for its CRC-32 alone.
    ///
    /// - Throws: What the content throws; `CancellationError`.
    func run(_ entry: PlannedEntry) async throws -> UInt32 {
        var sink = NoSink()
        var run = EntryRun(wanted: Int64.max..<Int64.max)
        if entry.isSeekable, let prefix = prefix(of: entry) {
            run.known = prefix
            run.start = prefix.count
        }
        var plain = entry
        plain.form = .plain
        let outcome = await run.write(plain, to: &sink)
        remember(outcome, of: entry)
        if let failure = outcome.failure { throw failure }
        return outcome.prefix?.crc32 ?? 0
    }
}

extension PlannedEntry {
    var isSeekable: Bool { file?.isSeekable.optionValue == true }
}
