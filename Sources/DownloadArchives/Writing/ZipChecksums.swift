import DownloadCore
internal import DownloadSystem

/// Remembers the CRC-32 of entries whose content has passed, by their entity tags, so that a download that goes on in
/// the middle of an archive need not run them again.
///
/// An archive's directory, at its end, has the CRC-32 of each entry; so has the descriptor behind one. A range that
/// reaches them is answered at once with what is remembered here; what is not is run again, up to the view's maximum of
/// skipped bytes. Keep one for each view:
///
///     struct PhotosView: VirtualDownloadView {
///         private static let checksums = ZipChecksums()
///
///         func file(for request: DownloadRequest) throws -> ZipFile {
///             try ZipFile(name: "photos.zip", remembering: Self.checksums) { … }
///         }
///     }
///
/// Two contents that may stand at the same path of the view's archives need different tags, if only their bytes differ:
/// where each user has an archive of their own, put the user into the entries' tags.
public final class ZipChecksums: Sendable {
    /// What is known of a content: the CRC-32 of its first bytes, or of all.
    struct Prefix: Hashable {
        var count: Int64
        var crc32: UInt32
    }

    /// Which content it is: 128 bits of a hash whose seed is random in each process, so that no two are taken for one
    /// by chance or by design.
    struct Key: Hashable, Sendable {
        private let first: Int
        private let second: Int

        /// Nil for a file without a strong tag or without a size, which is never remembered.
        init?(_ entry: PlannedEntry) {
            guard let size = entry.size, let tag = entry.file?.entityTag.optionValue, !tag.isWeak else { return nil }
            var hasher = Hasher()
            hasher.combine(size)
            // With its length, so that no two read alike. Octets: Swift's equality of texts is not that of tags.
            hasher.combine(tag.value.utf8.count)
            for octet in tag.value.utf8 { hasher.combine(octet) }
            unsafe entry.path.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
            var other = hasher
            other.combine(0 as UInt8)
            first = hasher.finalize()
            second = other.finalize()
        }
    }

    /// Two generations: when the younger one is full, it becomes the older one, which is forgotten.
    private struct Generations {
        var young: [Key: Prefix] = [:]
        var old: [Key: Prefix] = [:]
    }

    /// How many entries are remembered, at most.
    public let capacity: Int
    private let generations = Lock(Generations())

    /// Creates an empty memory.
    ///
    /// - Parameter capacity: How many entries are remembered, at most: some 60 bytes each. The default is 20,000.
    public init(capacity: Int = 20_000) {
        self.capacity = max(2, capacity)
    }

    /// How many entries are remembered.
    public var count: Int {
        generations.withLock { $0.young.count + $0.old.count }
    }

    /// Forgets all.
    public func removeAll() {
        generations.withLock { $0 = Generations() }
    }

    func prefix(of key: Key) -> Prefix? {
        generations.withLock { generations in
            if let prefix = generations.young[key] { return prefix }
            guard let prefix = generations.old.removeValue(forKey: key) else { return nil }
            insert(prefix, for: key, into: &generations)
            return prefix
        }
    }

    /// Remembers the longer of what is known.
    func remember(_ prefix: Prefix, of key: Key) {
        generations.withLock { generations in
            let known = generations.young[key] ?? generations.old.removeValue(forKey: key)
            if let known, known.count > prefix.count, generations.young[key] != nil { return }
            let longer = known.flatMap { $0.count > prefix.count ? $0 : nil } ?? prefix
            insert(longer, for: key, into: &generations)
        }
    }

    /// Forgets what turned out wrong.
    func forget(_ key: Key) {
        generations.withLock { generations in
            generations.young[key] = nil
            generations.old[key] = nil
        }
    }

    private func insert(_ prefix: Prefix, for key: Key, into generations: inout Generations) {
        generations.young[key] = prefix
        if generations.young.count >= (capacity + 1) / 2 {
            generations.old = generations.young
            generations.young = [:]
        }
    }
}
