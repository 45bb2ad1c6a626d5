public import DownloadCore

/// A ZIP archive of files that are generated while it is downloaded.
///
///     try ZipFile(name: "photos.zip") {
///         for photo in photos { ZipEntry("photos/\(photo.name)", photo.file) }
///         ZipEntry("readme.txt", ContentFile("Taken in May.\n"))
///     }
///
/// An entry is any file, with its path in the archive. The archive is never collected: an entry's content passes
/// through as it is made.
///
/// - Its **size** is known before a byte is read if each entry is stored and has a size.
/// - It has a strong **entity tag**, and can be had in parts, if besides each entry has a strong tag, or a CRC-32 that
///   is known beforehand. The tag is made of the list and of the format: equal lists give equal bytes on every machine.
/// - An entry that **fails** midway fails the download. See ``ZipOptions/omittingFailedEntries`` for one that fails at
///   its beginning.
public struct ZipFile: DownloadFile {
    public var name: String
    public var contentType: String? = "application/zip"
    /// The validator of the archive. Made from the entries' tags where that is possible; weak where the bytes may
    /// differ from one machine to the next.
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public var digest: ContentDigest?

    private let options: ZipOptions
    private let memory: ZipChecksums?
    private let source: Source

    private enum Source {
        case list(EntryList, ZipLayout?)
        /// Gives an iterator: its closure returns the next entry.
        case stream(() -> () async throws -> ZipEntry?)
    }

    /// An archive of a list of entries.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - memory: Remembers the CRC-32 of entries from one request to the next; see ``ZipChecksums``.
    ///   - entries: Its files are held until the download has ended; those of a lazy collection are not.
    /// - Throws: ``ZipError`` if two entries have the same path, or one cannot be written.
    public init(
        name: String,
        options: ZipOptions = ZipOptions(),
        remembering memory: ZipChecksums? = nil,
        entries: some Sequence<ZipEntry>
    ) throws(ZipError) {
        try self.init(name: name, options: options, memory: memory, entries: entries, remaking: nil)
    }

    /// An archive of a list of entries of any length, whose files are made when they are wanted: nothing of it is held
    /// but what a temporary file can have (``ZipOptions/temporaryDirectory``).
    ///
    ///     try ZipFile(name: "photos.zip", entries: photos.lazy.map { ZipEntry("photos/\($0.name)", $0.file) })
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - memory: Remembers the CRC-32 of entries from one request to the next; see ``ZipChecksums``.
    ///   - entries: Asked for each entry when the archive is planned, and again whenever its content is wanted. The
    ///     download fails if its file has another size or strong tag then.
    /// - Throws: ``ZipError`` if two entries have the same path, or one cannot be written.
    public init<Entries: LazyCollectionProtocol & RandomAccessCollection>(
        name: String,
        options: ZipOptions = ZipOptions(),
        remembering memory: ZipChecksums? = nil,
        entries: Entries
    ) throws(ZipError) where Entries.Element == ZipEntry {
        try self.init(name: name, options: options, memory: memory, entries: entries) {
            entries[entries.index(entries.startIndex, offsetBy: $0)]
        }
    }

    private init(
        name: String,
        options: ZipOptions,
        memory: ZipChecksums?,
        entries: some Sequence<ZipEntry>,
        remaking remake: ((Int) -> ZipEntry)?
    ) throws(ZipError) {
        self.name = name
        self.options = options
        self.memory = memory
        var planner = EntryPlanner(options: options)
        let list = EntryList(in: options.temporaryDirectory, remaking: remake)
        var isRepeatable = true
        var place = 0
        for entry in entries {
            if let entry = try planner.plan(entry) {
                list.append(entry, from: place)
                isRepeatable =
                    isRepeatable
                    && (entry.file == nil || entry.file?.isRepeatable.optionValue == true || entry.isSeekable)
            }
            place += 1
        }
        self.isRepeatable = isRepeatable
        let layout = options.omittingFailedEntries ? nil : list.layout
        source = .list(list, layout)
        entityTag = try Manifest(list, isExact: layout != nil)?.entityTag
    }

    /// An archive of a list of entries.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - memory: Remembers the CRC-32 of entries from one request to the next; see ``ZipChecksums``.
    /// - Throws: ``ZipError`` if two entries have the same path, or one cannot be written; what `entries` throws.
    public init(
        name: String,
        options: ZipOptions = ZipOptions(),
        remembering memory: ZipChecksums? = nil,
        @ZipEntryBuilder _ entries: () throws -> [ZipEntry]
    ) throws {
        try self.init(name: name, options: options, remembering: memory, entries: entries())
    }

    /// An archive of a list of entries that have to be waited for, such as files on disk.
    ///
    ///     try await ZipFile(name: "reports.zip") {
    ///         for name in names { ZipEntry(name, try await PathFile(name, in: reports)) }
    ///     }
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - memory: Remembers the CRC-32 of entries from one request to the next; see ``ZipChecksums``.
    /// - Throws: ``ZipError`` if two entries have the same path, or one cannot be written; what `entries` throws.
    @_disfavoredOverload
    public init(
        name: String,
        options: ZipOptions = ZipOptions(),
        remembering memory: ZipChecksums? = nil,
        @ZipEntryBuilder _ entries: () async throws -> [ZipEntry]
    ) async throws {
        let entries = try await entries()
        try self.init(name: name, options: options, remembering: memory, entries: entries)
    }

    /// An archive whose list of entries is itself produced, one by one, while the archive is downloaded.
    ///
    /// Its size is unknown, and of an entry nothing is held but its record in the directory and a hash of its path:
    /// some 30 bytes where paths resemble one another, from some megabytes on in a temporary file
    /// (``ZipOptions/temporaryDirectory``). An entry that cannot be written, for instance since its path is taken,
    /// fails the download: ``ZipError``.
    public init(
        name: String,
        options: ZipOptions = ZipOptions(),
        remembering memory: ZipChecksums? = nil,
        streaming entries: some Sequence<ZipEntry>
    ) {
        self.init(name: name, options: options, memory: memory) {
            var iterator = entries.makeIterator()
            return { iterator.next() }
        }
    }

    /// An archive whose list of entries is itself produced, one by one, while the archive is downloaded: rows of a
    /// query.
    ///
    /// Its size is unknown, and of an entry nothing is held but its record in the directory and a hash of its path:
    /// some 30 bytes where paths resemble one another, from some megabytes on in a temporary file
    /// (``ZipOptions/temporaryDirectory``). An entry that cannot be written, for instance since its path is taken,
    /// fails the download: ``ZipError``.
    public init<Entries: AsyncSequence>(
        name: String,
        options: ZipOptions = ZipOptions(),
        remembering memory: ZipChecksums? = nil,
        streaming entries: Entries
    ) where Entries.Element == ZipEntry {
        self.init(name: name, options: options, memory: memory) {
            var iterator = entries.makeAsyncIterator()
            return { try await iterator.next(isolation: #isolation) }
        }
    }

    private init(
        name: String,
        options: ZipOptions,
        memory: ZipChecksums?,
        stream: @escaping () -> () async throws -> ZipEntry?
    ) {
        self.name = name
        self.options = options
        self.memory = memory
        source = .stream(stream)
        isRepeatable = false
    }

    /// The size in bytes: known if each entry is stored and has a size.
    public var size: Int64? { layout?.size }

    /// Whether each entry is repeatable or can start in the middle.
    public let isRepeatable: Bool

    /// Whether a range runs only the entries that it needs: if the size is known and the entries are repeatable.
    public var isSeekable: Bool { layout != nil && isRepeatable }

    private var layout: ZipLayout? {
        guard case .list(_, let layout) = source else { return nil }
        return layout
    }

    /// How many bytes of entries are run in vain for a range: those whose CRC-32 it needs, and nobody knows.
    public func skippedBytes(for range: Range<Int64>) -> Int64 {
        guard case .list(let entries, let layout?) = source else { return 0 }
        let writer = RangeWriter(range, of: entries, layout: layout, memory: memory, options: options)
        // The whole archive will fail for the same reason, and say so.
        return (try? writer.skippedBytes()) ?? .max
    }

    // MARK: - Writing

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        var writer = StreamWriter(options: options, memory: memory)
        var planner = EntryPlanner(options: options)
        switch source {
        case .list(let entries, _):
            var cursor = entries.cursor
            while let entry = try cursor.next()?.entry { try await writer.write(entry, to: &sink) }
            // So that the list of what is missing has a name of its own.
            cursor = entries.cursor
            while !writer.omitted.isEmpty, let entry = try cursor.next()?.entry { try planner.note(entry) }
        case .stream(let stream):
            let next = stream()
            while let entry = try await next() {
                if let planned = try planner.plan(entry) { try await writer.write(planned, to: &sink) }
            }
        }
        if !writer.omitted.isEmpty {
            try await writer.write(try planner.planNumbered(writer.omitted.entry), to: &sink)
        }
        try await writer.end(to: &sink)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        guard !range.isEmpty else { return }
        // Without a layout the whole archive runs, and is cut.
        let start = layout == nil ? 0 : range.lowerBound
        var cut = RangeSink(sink, range: range.lowerBound - start..<range.upperBound - start)
        var outcome: Result<Void, any Error> = .success(())
        do {
            if case .list(let entries, let layout?) = source {
                var writer = RangeWriter(range, of: entries, layout: layout, memory: memory, options: options)
                try await writer.write(to: &cut)
            } else {
                try await write(to: &cut)
            }
        } catch {
            outcome = .failure(error)
        }
        let failure = cut.failure
        var missing: Int64 = 0
        sink = cut.finish(missing: &missing)
        guard missing > 0 else { return }
        if let failure { throw failure }
        try outcome.get()
    }
}

/// Lists the entries of a ``ZipFile``; a file among them is an entry under its own name.
@resultBuilder
public enum ZipEntryBuilder {
    public static func buildExpression(_ entry: ZipEntry) -> [ZipEntry] { [entry] }
    public static func buildExpression(_ entries: [ZipEntry]) -> [ZipEntry] { entries }
    public static func buildExpression(_ file: any DownloadFile) -> [ZipEntry] { [ZipEntry(file)] }
    public static func buildBlock(_ parts: [ZipEntry]...) -> [ZipEntry] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [ZipEntry]?) -> [ZipEntry] { part ?? [] }
    public static func buildEither(first part: [ZipEntry]) -> [ZipEntry] { part }
    public static func buildEither(second part: [ZipEntry]) -> [ZipEntry] { part }
    public static func buildArray(_ parts: [[ZipEntry]]) -> [ZipEntry] { parts.flatMap { $0 } }
}
