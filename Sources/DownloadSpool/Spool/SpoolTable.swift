internal import DownloadCore

/// What a process knows of its spool: the generations under way, and the whole files that were used of late.
struct SpoolTable {
    struct Flight {
        var generation: Generation
        /// How many requests want its bytes.
        var interest: Int
    }

    struct Entry {
        var stored: SpoolFolder.StoredFile
        /// When its use was last noted on disk: monotonic milliseconds.
        var notedAt: Int64
        /// When it was last kept for a web server, likewise.
        var keptAt: Int64 = 0
        var lastUse: Int64
        /// How many requests send it.
        var users = 0
    }

    /// How many files are kept open for those who ask again.
    static let maximumEntries = 256

    var generations: [SpoolKey: Flight] = [:]
    private(set) var entries: [SpoolKey: Entry] = [:]

    /// The files that requests of this process send, with their folders.
    var namesInUse: Set<WireText> {
        Set(entries.filter { $0.value.users > 0 }.map { WireText("\($0.key.folder)/\($0.value.stored.name)") })
    }

    mutating func insert(_ stored: SpoolFolder.StoredFile, under key: SpoolKey, now: Int64) {
        if entries.count >= Self.maximumEntries, entries[key] == nil {
            let oldest = entries.filter { $0.value.users == 0 }.min { $0.value.lastUse < $1.value.lastUse }
            if let oldest { entries[oldest.key] = nil }
        }
        entries[key] = Entry(stored: stored, notedAt: 0, lastUse: now)
    }

    mutating func remove(_ key: SpoolKey) {
        entries[key] = nil
    }

    /// How old what the disk has of a file's use may be, in milliseconds.
    private static let interval: Int64 = 10_000

    /// Notes a use; whether it is to be noted on disk, too.
    mutating func noteUse(of key: SpoolKey, now: Int64) -> Bool {
        guard var entry = entries[key] else { return false }
        entry.lastUse = now
        let isDue = entry.notedAt == 0 || now - entry.notedAt >= Self.interval
        if isDue { entry.notedAt = now }
        entries[key] = entry
        return isDue
    }

    /// Whether a file is kept for a web server for long enough to be handed over to one more.
    mutating func isKept(_ key: SpoolKey, now: Int64) -> Bool {
        guard let entry = entries[key], entry.keptAt != 0, now - entry.keptAt < Self.interval else { return false }
        entries[key]?.lastUse = now
        return true
    }

    mutating func noteKept(_ key: SpoolKey, now: Int64) {
        entries[key]?.keptAt = now
        entries[key]?.lastUse = now
    }

    mutating func addUser(of key: SpoolKey) {
        entries[key]?.users += 1
    }

    /// Notes that a request has ended which sent a file, unless another has its place by now.
    mutating func removeUser(of key: SpoolKey, sending stored: SpoolFolder.StoredFile) {
        guard let entry = entries[key], entry.users > 0, entry.stored.name.wire == stored.name.wire else { return }
        entries[key]?.users = entry.users - 1
    }
}
