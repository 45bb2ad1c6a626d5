/// Plans entries one after the other: gives each its path, and sees to it that no two have the same.
struct EntryPlanner: ~Copyable {
    private let options: ZipOptions
    private var paths: PathTable

    init(options: ZipOptions) {
        self.options = options
        paths = PathTable(options: options)
    }

    /// Plans an entry; nil for a folder that has one already.
    ///
    /// - Throws: ``ZipError`` if its path is taken, or it cannot be written.
    mutating func plan(_ entry: ZipEntry) throws(ZipError) -> PlannedEntry? {
        let isFolder = entry.file == nil
        let wanted = try EntryPath(entry.path, isFolder: isFolder)
        guard let path = try paths.take(wanted.bytes, isFolder: isFolder) else { return nil }
        return try PlannedEntry(entry, at: path, options: options)
    }

    /// Plans an entry of our own, which gives way to a user's of the same name.
    mutating func planNumbered(_ entry: ZipEntry) throws(ZipError) -> PlannedEntry {
        let path = try paths.free(try EntryPath(entry.path, isFolder: false).bytes)
        return try PlannedEntry(entry, at: path, options: options)
    }

    /// Notes the path of an entry that was planned elsewhere.
    mutating func note(_ entry: PlannedEntry) throws(ZipError) {
        _ = try paths.take(Array(entry.path), isFolder: entry.file == nil)
    }
}
