/// What is at each path of an archive, found by the path's hash: 62 bits whose seed is random in each process, some 10
/// bytes a path in all.
///
/// Of a million paths that differ two have the same hash in one of nine million archives, and nobody can bring it
/// about.
struct PathKinds {
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
    }

    /// Hash tables with open addressing, one for each value of a hash's highest 2 bits: so that they grow one by one,
    /// and a long list never takes the room of two.
    private var tables = [Table](repeating: Table(), count: 4)

    subscript(key: Key) -> Kind? {
        get { tables[Int(key.bits >> 62)][key] }
        set {
            guard let newValue else { return }
            tables[Int(key.bits >> 62)].set(newValue, for: key)
        }
    }

    private struct Table {
        /// A hash with its kind; 0 for none.
        private var slots: [UInt64] = []
        private var count = 0

        subscript(key: Key) -> Kind? {
            slots.isEmpty ? nil : Kind(rawValue: slots[slot(of: key)] & 3)
        }

        mutating func set(_ kind: Kind, for key: Key) {
            if (count + 1) * 5 > slots.count * 4 { grow() }
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

extension PathKinds.Key {
    fileprivate init(bits: UInt64) { self.bits = bits }
}
