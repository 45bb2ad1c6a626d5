import DownloadCore

/// The file of an entry that is made again whenever its content is wanted, out of a lazy collection, so that a list of
/// any length holds none. What the list needs to know of it is as it was when the archive was planned.
struct RemadeFile: DownloadFile {
    private let remake: (Int) -> ZipEntry
    /// Where its entry stands in the collection.
    private let place: Int
    /// The value of its strong tag; nil if it has none.
    private let tag: ArraySlice<UInt8>?
    let isSeekable: Bool
    let isRepeatable: Bool
    var size: Int64?
    /// The path of its entry.
    var path: ArraySlice<UInt8> = []

    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let tag = Flags(rawValue: 1)
        static let seekable = Flags(rawValue: 2)
        static let repeatable = Flags(rawValue: 4)
    }

    /// Packs what is to be known of a file; its size and path are the entry's.
    static func pack(_ file: any DownloadFile, from place: Int, into record: inout PackedRecord) {
        var flags: Flags = []
        let tag = strongTag(of: file)
        if tag != nil { flags.insert(.tag) }
        if file.isSeekable.optionValue == true { flags.insert(.seekable) }
        if file.isRepeatable.optionValue == true { flags.insert(.repeatable) }
        record.append(fixed: flags.rawValue)
        record.append(number: Int64(place))
        guard let tag else { return }
        record.append(number: Int64(tag.value.utf8.count))
        record.append(tag.value.utf8)
    }

    /// Reads what ``pack(_:from:into:)`` has written.
    init(_ reader: inout PackedRecordReader, remaking remake: @escaping (Int) -> ZipEntry) {
        self.remake = remake
        let flags = Flags(rawValue: reader.byte())
        place = Int(reader.number())
        isSeekable = flags.contains(.seekable)
        isRepeatable = flags.contains(.repeatable)
        tag = flags.contains(.tag) ? reader.text(count: Int(reader.number())) : nil
    }

    private static func strongTag(of file: any DownloadFile) -> EntityTag? {
        file.entityTag.optionValue.flatMap { $0.isWeak ? nil : $0 }
    }

    var name: String { String(decoding: path, as: UTF8.self) }
    var entityTag: EntityTag? { tag.map { EntityTag(String(decoding: $0, as: UTF8.self)) } }

    /// Makes the file.
    ///
    /// - Throws: ``ZipError`` if it is not the one that the archive was planned with.
    private func made() throws(ZipError) -> any DownloadFile {
        guard let file = remake(place).file, file.size.optionValue.flatMap({ $0 < 0 ? nil : $0 }) == size,
            (Self.strongTag(of: file)?.value.utf8).map(Array.init)?[...] == tag
        else { throw ZipError(.fileChanged, path: path) }
        return file
    }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await made().write(to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await made().write(range, to: &sink)
    }
}
