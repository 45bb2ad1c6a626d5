internal import DownloadSystem

/// What could not be removed when it was to be, since the folder may be neither read nor written for a while.
struct SpoolLeftovers {
    /// How many are kept in mind; the files are looked through for others now and then anyway.
    static let maximumCount = 10_000
    /// How often the removal is tried again, after 1 s, 2 s and so on up to a minute.
    static let attempts = 20

    var files: [(key: SpoolKey, id: GenerationID)] = []
    var isBeingRemoved = false
}

extension Spool {
    /// Removes a content that will not become whole; if that can't be done now, as soon as it can.
    func discard(_ part: SpoolFolder.PartialFile) {
        part.abandon()
        guard !folder.discard(part.key, part.id) else { return }
        let begins = leftovers.withLock { leftovers in
            guard leftovers.files.count < SpoolLeftovers.maximumCount else { return false }
            leftovers.files.append((part.key, part.id))
            defer { leftovers.isBeingRemoved = true }
            return !leftovers.isBeingRemoved
        }
        guard begins else { return }
        Task(executorPreference: DiskThreads.reading) { [weak self] in
            for attempt in 0..<SpoolLeftovers.attempts {
                try? await Task.sleep(for: .seconds(min(1 << attempt, 60)))
                guard let self, !removeLeftovers() else { return }
            }
            self?.leftovers.withLock { $0 = SpoolLeftovers() }
        }
    }

    /// Tries once more; whether nothing is left.
    private func removeLeftovers() -> Bool {
        let files = leftovers.withLock { leftovers in
            defer { leftovers.files = [] }
            return leftovers.files
        }
        let left = files.filter { !folder.discard($0.key, $0.id) }
        return leftovers.withLock { leftovers in
            leftovers.files += left
            leftovers.isBeingRemoved = !leftovers.files.isEmpty
            return leftovers.files.isEmpty
        }
    }
}
