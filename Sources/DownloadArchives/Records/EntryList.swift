import DownloadCore

/// The planned entries of an archive, in little more than what they differ in: some 80 bytes each beyond their paths.
struct EntryList: RandomAccessCollection {
    /// What is kept of an entry. Its path and comment lie among those of the others.
    private struct Record {
        let file: (any DownloadFile)?
        /// -1 for unknown.
        let size: Int64
        /// Where its path begins.
        let start: Int
        let crc32: UInt32
        let seconds: Int32
        let dosDate: UInt16
        let dosTime: UInt16
        let mode: UInt16
        let pathByteCount: UInt16
        let commentByteCount: UInt16
        let form: PlannedEntry.Form
        let hasCRC32: Bool
        let hasSeconds: Bool
        let isZip64: Bool
    }

    private var records: [Record] = []
    private var texts: [UInt8] = []

    init(minimumCapacity: Int = 0) {
        records.reserveCapacity(minimumCapacity)
    }

    init(_ entries: some Sequence<PlannedEntry>) {
        for entry in entries { append(entry) }
    }

    mutating func append(_ entry: PlannedEntry) {
        records.append(
            Record(
                file: entry.file,
                size: entry.size ?? -1,
                start: texts.count,
                crc32: entry.crc32 ?? 0,
                seconds: entry.time.seconds ?? 0,
                dosDate: entry.time.dosDate,
                dosTime: entry.time.dosTime,
                mode: entry.mode,
                pathByteCount: UInt16(entry.path.count),
                commentByteCount: UInt16(entry.comment.count),
                form: entry.form,
                hasCRC32: entry.crc32 != nil,
                hasSeconds: entry.time.seconds != nil,
                isZip64: entry.isZip64
            )
        )
        texts += entry.path
        texts += entry.comment
    }

    var startIndex: Int { 0 }
    var endIndex: Int { records.count }

    subscript(index: Int) -> PlannedEntry {
        let record = records[index]
        let pathEnd = record.start + Int(record.pathByteCount)
        return PlannedEntry(
            path: texts[record.start..<pathEnd],
            comment: texts[pathEnd..<pathEnd + Int(record.commentByteCount)],
            file: record.file,
            time: EntryTime(
                dosDate: record.dosDate,
                dosTime: record.dosTime,
                seconds: record.hasSeconds ? record.seconds : nil
            ),
            mode: record.mode,
            form: record.form,
            size: record.size < 0 ? nil : record.size,
            crc32: record.hasCRC32 ? record.crc32 : nil,
            isZip64: record.isZip64
        )
    }
}
