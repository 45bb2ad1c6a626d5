import DownloadCore

/// An entry as it will stand in the archive: everything that is known before its content has passed.
struct PlannedEntry {
    /// How the content is written.
    enum Form: Equatable {
        /// A folder, or a file of no bytes.
        case empty
        /// As it is, its CRC-32 in the local header.
        case plain
        /// As it is, its CRC-32 in a descriptor behind it.
        case trailed
        /// In stored blocks of deflate, its CRC-32 in a descriptor.
        case framed
        /// As ``framed``, of a size that is not known.
        case framedUnsized
        /// Compressed at a level, its CRC-32 in a descriptor.
        case deflated(UInt8)
    }

    var path: ArraySlice<UInt8>
    var comment: ArraySlice<UInt8>
    var file: (any DownloadFile)?
    var time: EntryTime
    var mode: UInt16
    var form: Form
    /// The size of the content; nil if it is unknown.
    var size: Int64?
    /// The CRC-32 of the content, where it is known beforehand.
    var crc32: UInt32?
    /// Whether the local header is that of ZIP64, and with it the descriptor.
    var isZip64: Bool

    /// A content up to this size is collected for its CRC-32, in bytes.
    static let collectedByteCount: Int64 = 65_536
    /// A content up to this size that can start in the middle is run for its CRC-32 beforehand, in bytes.
    static let firstRunByteCount: Int64 = 8 << 20

    /// Plans an entry.
    ///
    /// How it is written depends on what the entry says alone, never on what is remembered: equal entries give equal
    /// bytes.
    ///
    /// - Parameter path: Where it will be, made safe.
    /// - Throws: ``ZipError`` if its comment is too long.
    init(_ entry: ZipEntry, at path: [UInt8], options: ZipOptions) throws(ZipError) {
        self.path = path[...]
        comment = Array(entry.comment.utf8)[...]
        guard comment.count <= 65_535 else { throw ZipError(.commentTooLong, path: path) }
        file = entry.file
        time = EntryTime(entry.modificationDate ?? entry.file?.modificationDate.optionValue)
        crc32 = entry.crc32
        let permissions = entry.permissions & 0o7777
        guard let file = entry.file else {
            mode = 0o040000 | permissions
            (form, size, crc32, isZip64) = (.empty, 0, 0, false)
            return
        }
        mode = 0o100000 | permissions
        // A negative size is a mistake of the file, and is taken for none.
        let size = file.size.optionValue.flatMap { $0 < 0 ? nil : $0 }
        self.size = size
        if size == 0 {
            (form, crc32) = (.empty, 0)
        } else if let level = (entry.method ?? ZipEntry.Method(for: file, at: entry.path)).level {
            form = .deflated(level)
        } else {
            form = Self.storedForm(of: file, size: size, crc32: entry.crc32, options: options)
        }
        // What is compressed may grow by as much as stored blocks would make it, and some for the blocks that the
        // compressor begins.
        let largest = size.map { size in
            let (sum, overflows) = size.addingReportingOverflow(size / 1000 + 1000)
            return overflows ? .max : sum
        }
        isZip64 =
            switch form {
            case .empty: false
            case .plain, .trailed, .framed: (Self.storedSize(of: size, in: form) ?? .max) >= ZipRecords.limit32
            case .framedUnsized, .deflated: largest.map { $0 >= ZipRecords.limit32 } ?? entry.mayExceed4GiB
            }
    }

    /// Puts together again what an ``EntryList`` has kept.
    init(
        path: ArraySlice<UInt8>,
        comment: ArraySlice<UInt8>,
        file: (any DownloadFile)?,
        time: EntryTime,
        mode: UInt16,
        form: Form,
        size: Int64?,
        crc32: UInt32?,
        isZip64: Bool
    ) {
        self.path = path
        self.comment = comment
        self.file = file
        self.time = time
        self.mode = mode
        self.form = form
        self.size = size
        self.crc32 = crc32
        self.isZip64 = isZip64
    }

    /// How many bytes the content takes in the archive; nil if that is unknown.
    var storedSize: Int64? { Self.storedSize(of: size, in: form) }

    private static func storedSize(of size: Int64?, in form: Form) -> Int64? {
        switch form {
        case .empty, .plain, .trailed: size
        case .framed: size.flatMap(StoredBlocks.byteCount)
        case .framedUnsized, .deflated: nil
        }
    }

    private static func storedForm(
        of file: any DownloadFile,
        size: Int64?,
        crc32: UInt32?,
        options: ZipOptions
    ) -> Form {
        let isFramed = options.unknownChecksum == .storedBlocks
        guard let size else { return .framedUnsized }
        if crc32 != nil || size <= collectedByteCount { return .plain }
        if file.isSeekable.optionValue == true && size <= firstRunByteCount { return .plain }
        return isFramed ? .framed : .trailed
    }

    /// Whether the CRC-32 comes in a descriptor.
    var hasDescriptor: Bool {
        switch form {
        case .empty, .plain: false
        case .trailed, .framed, .framedUnsized, .deflated: true
        }
    }

    /// Whether the content is in the form of deflate.
    var isDeflate: Bool {
        switch form {
        case .empty, .plain, .trailed: false
        case .framed, .framedUnsized, .deflated: true
        }
    }
}

/// What is known of an entry only once its content has passed, and where it stands.
struct FinishedEntry {
    var crc32: UInt32
    var size: Int64
    var storedSize: Int64
    /// Where its local header begins.
    var offset: Int64
}
