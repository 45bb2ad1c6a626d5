import DownloadCore

/// The planned entries of an archive: some 15 bytes each beyond their paths and the fields of their files.
struct EntryList: RandomAccessCollection {
    private var records = ChunkedBytes()
    /// Where every 8th record begins.
    private var places = ChunkedArray<ChunkedBytes.Place>()
    private var files = FileStores()
    /// Used again for one entry after the other.
    private var packed = PackedRecord()
    private(set) var count = 0

    private static let stepShift = 3

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

    init() {}

    init(_ entries: some Sequence<PlannedEntry>) {
        for entry in entries { append(entry) }
    }

    mutating func append(_ entry: PlannedEntry) {
        pack(entry)
        var record = PackedRecord()
        record.append(number: Int64(packed.bytes.count))
        record.append(packed.bytes)
        let place = records.append(record.bytes)
        if count & (1 << Self.stepShift - 1) == 0 { places.append(place) }
        count += 1
    }

    private mutating func pack(_ entry: PlannedEntry) {
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
            let place = files.append(file)
            packed.append(number: Int64(place.store))
            packed.append(number: Int64(place.index))
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
        packed.append(entry.comment)
    }

    private static func usualMode(isFile: Bool) -> UInt16 { isFile ? 0o100644 : 0o040755 }

    private func entry(_ record: ArraySlice<UInt8>) -> PlannedEntry {
        var reader = PackedRecordReader(record)
        let flags = Flags(rawValue: reader.byte())
        let form = PlannedEntry.Form(code: reader.byte())
        let file =
            flags.contains(.file)
            ? files[FileStores.Place(store: Int(reader.number()), index: Int(reader.number()))] : nil
        let size = flags.contains(.size) ? reader.number() : nil
        let crc32 = flags.contains(.crc32) ? reader.fixed(UInt32.self) : nil
        let seconds = flags.contains(.seconds) ? reader.fixed(Int32.self) : nil
        var time = EntryTime(seconds.map { HTTPDate(secondsSince1970: Int64($0)) })
        if flags.contains(.dosTime) {
            time.dosDate = reader.fixed(UInt16.self)
            time.dosTime = reader.fixed(UInt16.self)
        }
        let mode = flags.contains(.mode) ? reader.fixed(UInt16.self) : Self.usualMode(isFile: file != nil)
        let path = reader.text(count: Int(reader.number()))
        return PlannedEntry(
            path: path,
            comment: record[path.endIndex...],
            file: file,
            time: time,
            mode: mode,
            form: form,
            size: size,
            crc32: crc32,
            isZip64: flags.contains(.zip64)
        )
    }

    // MARK: - Going through

    var startIndex: Int { 0 }
    var endIndex: Int { count }

    subscript(index: Int) -> PlannedEntry {
        var place = places[index >> Self.stepShift]
        for _ in 0..<index & (1 << Self.stepShift - 1) {
            place = records.place(after: place, count: record(at: place).byteCount)
        }
        return entry(record(at: place).content)
    }

    private func record(at place: ChunkedBytes.Place) -> (content: ArraySlice<UInt8>, byteCount: Int) {
        let bytes = records[place]
        var reader = PackedRecordReader(bytes)
        let count = Int(reader.number())
        let headerByteCount = reader.position - bytes.startIndex
        return (reader.text(count: count), headerByteCount + count)
    }
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
