internal import DownloadSystem

/// What is at each path of an archive, found by the path's hash: 62 bits whose seed is random in each process, some 10
/// bytes a path in all. Of some 400,000 paths at a time they go to a temporary file.
///
/// Of a million paths that differ two have the same hash in one of nine million archives, and nobody can bring it
/// about.
struct PathKinds: ~Copyable {
    enum Kind: UInt64 {
        case file = 1
        case folder = 2
    }

    struct Key: Hashable {
        /// The lowest two bits, those of the kind, are 0.
        fileprivate let bits: UInt64

        init(_ path: ArraySlice<UInt8>) {
            var hasher = Hasher()
            unsafe path.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
            bits = UInt64(bitPattern: Int64(hasher.finalize())) & ~3
        }

        fileprivate init(bits: UInt64) { self.bits = bits }

        /// The number of the table that it belongs to.
        fileprivate var table: Int { Int(bits >> 62) }
    }

    /// How many bytes the tables may have in memory.
    private let memoryByteCount: Int

    /// Hash tables with open addressing, one for each value of a hash's highest 2 bits: so that they grow one by one,
    /// and a long list never takes the room of two.
    private var tables = [Table](repeating: Table(), count: 4)
    /// Where a file is made; nil keeps all in memory.
    private var folder: String?
    private var file: PathHashFile?

    init(in folder: String?, memoryByteCount: Int = 4 << 20) {
        self.folder = folder
        self.memoryByteCount = memoryByteCount
    }

    /// Whether some are in a file.
    var isInFile: Bool { file != nil }

    /// What is at a path.
    ///
    /// - Throws: `SystemError` where the temporary file fails.
    mutating func kind(at key: Key) throws(SystemError) -> Kind? {
        if let kind = tables[key.table][key] { return kind }
        return Kind(rawValue: (try file?.find(key.bits) ?? 0) & 3)
    }

    /// Notes what is at a path where nothing was.
    mutating func set(_ kind: Kind, at key: Key) {
        if tables[key.table].isFull, tables.reduce(0, { $0 + $1.byteCount }) >= memoryByteCount {
            moveToFile()
        }
        tables[key.table].set(kind, for: key)
    }

    private mutating func moveToFile() {
        guard let folder else { return }
        let count = tables.reduce(0) { $0 + $1.count }
        do {
            file = try PathHashFile(in: folder, merging: file, with: tables.map(\.slots), count: count)
            tables = [Table](repeating: Table(), count: tables.count)
        } catch {
            // The disk is full, or there is none: what is in a file stays there, and the rest is in memory from now on.
            self.folder = nil
        }
    }

    private struct Table {
        /// A hash with its kind; 0 for none.
        private(set) var slots: [UInt64] = []
        private(set) var count = 0

        /// Whether it has to grow for one more.
        var isFull: Bool { (count + 1) * 5 > slots.count * 4 }
        var byteCount: Int { slots.count * MemoryLayout<UInt64>.size }

        subscript(key: Key) -> Kind? {
            slots.isEmpty ? nil : Kind(rawValue: slots[slot(of: key)] & 3)
        }

        mutating func set(_ kind: Kind, for key: Key) {
            if isFull { grow() }
            let slot = slot(of: key)
            if slots[slot] == 0 { count += 1 }
            slots[slot] = key.bits | kind.rawValue
        }

        /// Where a key is, or would be.
        private func slot(of key: Key) -> Int {
            // The bits that choose the table are the same for all in it.
            var slot = Int((key.bits << 2).multipliedFullWidth(by: UInt64(slots.count)).high)
            while slots[slot] != 0, slots[slot] & ~3 != key.bits {
                slot += 1
                if slot == slots.count { slot = 0 }
            }
            return slot
        }

        private mutating func grow() {
            let old = slots
            slots = [UInt64](repeating: 0, count: max(4, old.count + old.count / 2))
            for entry in old where entry != 0 { slots[slot(of: Key(bits: entry & ~3))] = entry }
        }
    }
}
