import DownloadCore

/// One run of an entry's content, or of a part of it, into the archive.
struct EntryRun {
    /// What precedes the content's first byte.
    var header: [UInt8] = []
    /// The part of the content that is handed on.
    var wanted: Range<Int64> = 0..<Int64.max
    /// How many bytes of the header of the first block are not wanted.
    var blockHeaderBytesToDrop = 0
    /// The CRC-32 of the first bytes, if it is to go on from there.
    var known = ZipChecksums.Prefix(count: 0, crc32: 0)
    /// Where in the content to begin.
    var start: Int64 = 0
    var deflater: Deflater?

    /// How a run ended.
    struct Outcome {
        /// The CRC-32 of the content so far; nil if a part of it was left out.
        var prefix: ZipChecksums.Prefix?
        /// How many bytes of the content there were.
        var size: Int64
        /// How many bytes were handed on in the entry's form.
        var storedSize: Int64
        /// Whether anything of the entry was handed on, its header included.
        var hasBegun: Bool
        /// Why the content is not whole.
        var failure: (any Error)?
        /// Whether that is because nothing can be handed on any more.
        var isBaseFailure: Bool
    }

    /// Runs the content of `entry` into a sink.
    func write<Base: ByteSink & ~Copyable>(_ entry: PlannedEntry, to base: inout Base) async -> Outcome {
        var sink = EntrySink(
            base,
            form: entry.form,
            declared: entry.size,
            header: header,
            wanted: wanted,
            blockHeaderBytesToDrop: blockHeaderBytesToDrop,
            startingAt: start,
            known: known,
            deflater: deflater,
            storedLimit: entry.isZip64 || entry.size != nil ? .max : ZipRecords.limit32 - 1
        )
        var failure: (any Error)?
        do {
            if start > 0 {
                try await entry.file?.write(start..<(entry.size ?? .max), to: &sink)
            } else {
                try await entry.file?.write(to: &sink)
            }
            // A generator that takes cancellation for its end has not written all of it.
            if entry.size == nil { try Task.checkCancellation() }
            try await sink.end()
        } catch {
            // Once every wanted byte has passed, whatever ended the file is not a failure.
            failure = sink.failure ?? (sink.position >= wanted.upperBound ? nil : error)
        }
        let outcome = Outcome(
            prefix: sink.prefix,
            size: sink.position,
            storedSize: sink.storedSize,
            hasBegun: sink.hasBegun,
            failure: failure is EntryTooLarge ? ZipError(.entryTooLarge, path: entry.path) : failure,
            isBaseFailure: sink.isBaseFailure && !(failure is EntryTooLarge)
        )
        base = sink.finish()
        return outcome
    }
}
