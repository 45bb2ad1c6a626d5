import DownloadCore
internal import DownloadSystem

/// The planned entries of an archive, in the order in which they were appended: some 10 bytes each beyond their paths,
/// in a temporary file from 4 MiB on. Files are held, unless they can be made again.
final class EntryList {
    /// Pages of records, which are read from their beginning.
    private var pages: SpilledChunks
    /// Where each page begins; the last is not among the pages yet.
    private var starts: [Start] = []
    private var lastPage: [UInt8] = []
    private var files = FileStores()
    /// The entry at a place of the collection that the list was made of; nil where files are held.
    private let remake: ((Int) -> ZipEntry)?
    private var packed = PackedRecord()
    private(set) var count = 0
    /// What the entries add up to; nil if a size is unknown.
    private(set) var layout: ZipLayout? = ZipLayout()

    /// How large a page is, in bytes.
    private let pageByteCount: Int

    private struct Start {
        var index: Int
        /// Where its first entry begins in the archive, if the list has a layout.
        var offset: Int64
    }

    /// What a record has, and where it differs from most.
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let file = Flags(rawValue: 1)
        static let size = Flags(rawValue: 2)
        static let crc32 = Flags(rawValue: 4)
        static let seconds = Flags(rawValue: 8)
        static let dosTime = Flags(rawValue: 16)
        static let mode = Flags(rawValue: 32)
        static let comment = Flags(rawValue: 64)
        static let zip64 = Flags(rawValue: 128)
    }

    /// Makes an empty list.
    ///
    /// - Parameters:
    ///   - folder: Where a long list has its temporary file; nil for none.
    ///   - remake: The entry at a place of the collection that the list is made of, from which its file is had when
    ///     it is wanted; nil if files are to be held.
    ///   - pageByteCount: How large a page is, in bytes.
    init(
        in folder: String?,
        remaking remake: ((Int) -> ZipEntry)? = nil,
        memoryByteCount: Int = 4 << 20,
        pageByteCount: Int = SpilledChunks.usualByteCount
    ) {
        pages = SpilledChunks(in: folder, memoryByteCount: memoryByteCount)
        self.pageByteCount = pageByteCount
        self.remake = remake
    }

    var isEmpty: Bool { count == 0 }
    /// Whether some of it is in a file.
    var isInFile: Bool { pages.isInFile }

    // MARK: - Making it

    /// Appends an entry.
    ///
    /// - Parameter place: Where it stands in the collection, from 0 on.
    func append(_ entry: PlannedEntry, from place: Int = 0) {
        pack(entry, from: place)
        if starts.isEmpty || lastPage.count + packed.bytes.count > pageByteCount {
            if !starts.isEmpty {
                pages.append(lastPage)
                lastPage = []
                // Only a long list needs room for many.
                lastPage.reserveCapacity(max(packed.bytes.count, pageByteCount))
            }
            starts.append(Start(index: count, offset: layout?.directoryOffset ?? 0))
        }
        lastPage += packed.bytes
        count += 1
        if layout?.append(entry) == false { layout = nil }
    }

    private func pack(_ entry: PlannedEntry, from place: Int) {
        var flags: Flags = []
        if entry.file != nil { flags.insert(.file) }
        if entry.size != nil { flags.insert(.size) }
        if entry.crc32 != nil { flags.insert(.crc32) }
        if entry.time.seconds != nil { flags.insert(.seconds) }
        if entry.time != EntryTime(entry.time.seconds.map { HTTPDate(secondsSince1970: Int64($0)) }) {
            flags.insert(.dosTime)
        }
        if entry.mode != Self.usualMode(isFile: entry.file != nil) { flags.insert(.mode) }
        if !entry.comment.isEmpty { flags.insert(.comment) }
        if entry.isZip64 { flags.insert(.zip64) }
        packed.removeAll()
        packed.append(fixed: flags.rawValue)
        packed.append(fixed: entry.form.code)
        if let file = entry.file {
            if remake != nil {
                RemadeFile.pack(file, from: place, into: &packed)
            } else {
                let place = files.append(file)
                packed.append(number: Int64(place.store))
                packed.append(number: Int64(place.index))
            }
        }
        if let size = entry.size { packed.append(number: size) }
        if let crc32 = entry.crc32 { packed.append(fixed: crc32) }
        if let seconds = entry.time.seconds { packed.append(fixed: seconds) }
        if flags.contains(.dosTime) {
            packed.append(fixed: entry.time.dosDate)
            packed.append(fixed: entry.time.dosTime)
        }
        if flags.contains(.mode) { packed.append(fixed: entry.mode) }
        packed.append(number: Int64(entry.path.count))
        packed.append(entry.path)
        guard flags.contains(.comment) else { return }
        packed.append(number: Int64(entry.comment.count))
        packed.append(entry.comment)
    }

    private static func usualMode(isFile: Bool) -> UInt16 { isFile ? 0o100644 : 0o040755 }

    // MARK: - Going through it

    /// Reads the list from its beginning.
    var cursor: Cursor { Cursor(self, page: 0) }

    /// Reads the list from the entry on that has the byte at `offset` of the archive. The list has a layout.
    ///
    /// - Throws: ``ZipError`` if the temporary file can't be read.
    func cursor(at offset: Int64) throws(ZipError) -> Cursor {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        var cursor = Cursor(self, page: max(0, low - 1))
        var ahead = cursor
        while let entry = try ahead.next(), entry.end <= offset { cursor = ahead }
        return cursor
    }

    /// Reads entries one after the other.
    struct Cursor {
        private let list: EntryList
        /// The next page to read.
        private var page: Int
        private var reader = PackedRecordReader([])
        private var index = 0
        private var offset: Int64 = 0

        fileprivate init(_ list: EntryList, page: Int) {
            self.list = list
            self.page = page
        }

        /// The next entry; nil behind the last.
        ///
        /// - Throws: ``ZipError`` if the temporary file can't be read.
        mutating func next() throws(ZipError) -> PlacedEntry? {
            if reader.isAtEnd {
                guard page < list.starts.count else { return nil }
                reader = PackedRecordReader(try list.page(page)[...])
                index = list.starts[page].index
                offset = list.starts[page].offset
                page += 1
            }
            let entry = PlacedEntry(index: index, offset: offset, entry: list.unpack(&reader))
            index += 1
            if list.layout != nil { offset = entry.end }
            return entry
        }
    }

    private func page(_ number: Int) throws(ZipError) -> [UInt8] {
        guard number < starts.count - 1 else { return lastPage }
        do {
            return try pages.chunk(at: number)
        } catch {
            throw ZipError(.temporaryFile, path: "", reason: error.description)
        }
    }

    private func unpack(_ reader: inout PackedRecordReader) -> PlannedEntry {
        let flags = Flags(rawValue: reader.byte())
        let form = PlannedEntry.Form(code: reader.byte())
        var remade: RemadeFile?
        var file: (any DownloadFile)?
        if flags.contains(.file) {
            if let remake {
                remade = RemadeFile(&reader, remaking: remake)
            } else {
                file = files[FileStores.Place(store: Int(reader.number()), index: Int(reader.number()))]
            }
        }
        let size = flags.contains(.size) ? reader.number() : nil
        remade?.size = size
        let crc32 = flags.contains(.crc32) ? reader.fixed(UInt32.self) : nil
        let seconds = flags.contains(.seconds) ? reader.fixed(Int32.self) : nil
        var time = EntryTime(seconds.map { HTTPDate(secondsSince1970: Int64($0)) })
        if flags.contains(.dosTime) {
            time.dosDate = reader.fixed(UInt16.self)
            time.dosTime = reader.fixed(UInt16.self)
        }
        let mode = flags.contains(.mode) ? reader.fixed(UInt16.self) : Self.usualMode(isFile: flags.contains(.file))
        let path = reader.text(count: Int(reader.number()))
        remade?.path = path
        return PlannedEntry(
            path: path,
            comment: flags.contains(.comment) ? reader.text(count: Int(reader.number())) : [],
            file: remade ?? file,
            time: time,
            mode: mode,
            form: form,
            size: size,
            crc32: crc32,
            isZip64: flags.contains(.zip64)
        )
    }
}

/// An entry of a list, and where it stands.
struct PlacedEntry {
    /// Its number in the list, from 0 on.
    let index: Int
    /// Where its local header begins in the archive; 0 if the list has no layout.
    let offset: Int64
    let entry: PlannedEntry

    /// Where its content lies in the archive.
    var content: Range<Int64> {
        let start = offset + Int64(ZipRecords.localHeaderByteCount(of: entry))
        return start..<start + (entry.storedSize ?? 0)
    }

    /// Where the next entry begins.
    var end: Int64 { content.upperBound + Int64(ZipRecords.descriptorByteCount(of: entry)) }
}

extension PlannedEntry.Form {
    /// The form as one byte.
    fileprivate var code: UInt8 {
        switch self {
        case .empty: 0
        case .plain: 1
        case .trailed: 2
        case .framed: 3
        case .framedUnsized: 4
        case .deflated(let level): 0x80 | level
        }
    }

    fileprivate init(code: UInt8) {
        switch code {
        case 0: self = .empty
        case 1: self = .plain
        case 2: self = .trailed
        case 3: self = .framed
        case 4: self = .framedUnsized
        default: self = .deflated(code & 0x7f)
        }
    }
}
