internal import DownloadCore
internal import DownloadSystem

/// Finding a content, or who generates it.
extension Spool {
    /// What a request has found under its key.
    enum Claim: Sendable {
        /// A whole content.
        case whole(Use)
        /// A generation, which is under way or begins with the first who writes.
        case generation(Interest)
    }

    /// A request's use of a whole file, which keeps it from being evicted.
    final class Use: Sendable {
        let stored: SpoolFolder.StoredFile
        let key: SpoolKey
        private let spool: Spool

        fileprivate init(_ stored: SpoolFolder.StoredFile, under key: SpoolKey, of spool: Spool) {
            self.stored = stored
            self.key = key
            self.spool = spool
        }

        deinit {
            spool.table.withLock { $0.removeUser(of: key, sending: stored) }
        }

        /// Where the file lies.
        var path: String { spool.folder.path(of: stored.name, under: key) }

        /// Where a web server finds the file, which is kept until it has opened it; nil if it may be evicted in this
        /// moment.
        func handOver() -> String? {
            let now = MonotonicClock.now
            if !spool.table.withLock({ $0.isKept(key, now: now) }) {
                guard spool.folder.keepForHandOver(stored, under: key) else { return nil }
                spool.table.withLock { $0.noteKept(key, now: now) }
            }
            spool.count { $0.hits += 1 }
            return path
        }

        /// Notes that it is used.
        func note() {
            let isDue = spool.table.withLock { $0.noteUse(of: key, now: MonotonicClock.now) }
            if isDue { spool.folder.noteUse(of: stored) }
            spool.count { $0.hits += 1 }
        }
    }

    /// A request's interest in a generation, which ends when nobody has any.
    final class Interest: Sendable {
        let generation: Generation
        private let spool: Spool

        fileprivate init(in generation: Generation, of spool: Spool) {
            self.generation = generation
            self.spool = spool
        }

        deinit {
            spool.endInterest(in: generation)
        }
    }

    /// Looks for a content: first in memory, then on disk; nil if the folder can't be read, and the content is to be
    /// streamed past the spool.
    func find(_ key: SpoolKey) async -> Claim? {
        if let claim = findInMemory(key) { return claim }
        let finding: SpoolFolder.Finding
        do {
            finding = try await DiskThreads.reading.run { [folder] () throws(SystemError) in try folder.find(key) }
        } catch {
            noteFailure(error)
            count { $0.bypassed += 1 }
            return nil
        }
        let generation: Generation
        switch finding {
        case .whole(let stored): return use(stored, under: key)
        case .underWay(let id): generation = Generation(key, as: id, isElsewhere: true)
        case .nothing: generation = Generation(key, as: GenerationID())
        }
        return table.withLock { table in
            // Somebody may have begun meanwhile.
            let flight = table.generations[key] ?? SpoolTable.Flight(generation: generation, interest: 0)
            return join(flight, in: &table)
        }
    }

    private func findInMemory(_ key: SpoolKey) -> Claim? {
        let (claim, stored): (Claim?, SpoolFolder.StoredFile?) = table.withLock { table in
            if let flight = table.generations[key] { return (join(flight, in: &table), nil) }
            return (nil, table.entries[key]?.stored)
        }
        if let claim { return claim }
        guard let stored else { return nil }
        // Another process may have removed it, or somebody by hand.
        guard !isTooOld(stored.content), folder.has(stored, under: key) else {
            table.withLock { $0.remove(key) }
            return nil
        }
        return use(stored, under: key)
    }

    private func join(_ flight: SpoolTable.Flight, in table: inout SpoolTable) -> Claim {
        var flight = flight
        flight.interest += 1
        table.generations[flight.generation.key] = flight
        return .generation(Interest(in: flight.generation, of: self))
    }

    private func use(_ stored: SpoolFolder.StoredFile, under key: SpoolKey) -> Claim {
        table.withLock { table in
            if table.entries[key]?.stored.name.wire != stored.name.wire {
                table.insert(stored, under: key, now: MonotonicClock.now)
            }
            table.addUser(of: key)
        }
        return .whole(Use(stored, under: key, of: self))
    }

    private func isTooOld(_ content: StoredContent) -> Bool {
        WallClock.seconds - content.created >= limits.age.components.seconds
    }

    // MARK: - Interest

    private func endInterest(in generation: Generation) {
        let (isUnwanted, isFollowed) = table.withLock { table in
            guard var flight = table.generations[generation.key], flight.generation === generation else {
                return (false, false)
            }
            flight.interest -= 1
            table.generations[generation.key] = flight
            guard flight.interest == 0 else { return (false, false) }
            guard generation.isCancellable else { return (false, generation.isFollowed) }
            // Whoever comes now starts over: one that is about to end is not to be joined.
            table.generations[generation.key] = nil
            return (true, false)
        }
        if isUnwanted { cancel(generation) }
        if isFollowed { watchFollowers(of: generation) }
    }

    /// Cancels a generation once those of other processes have left, too, and nobody has come meanwhile.
    private func watchFollowers(of generation: Generation) {
        Task { [self] in
            while generation.isUnderWay {
                try? await Task.sleep(for: .seconds(1))
                let isWanted = table.withLock { table in
                    table.generations[generation.key].map { $0.generation !== generation || $0.interest > 0 } ?? true
                }
                if isWanted { return }
                if generation.isCancellable { cancelIfUnwanted(generation, nil) }
            }
        }
    }

    /// Cancels a generation if nobody wants its bytes any more, as when those of another process have left.
    func cancelIfUnwanted(_ generation: Generation, _ part: SpoolFolder.PartialFile?) {
        let isUnwanted = table.withLock { table in
            guard let flight = table.generations[generation.key], flight.generation === generation,
                flight.interest == 0, generation.isCancellable, part.map({ !$0.isFollowed }) ?? true
            else { return false }
            table.generations[generation.key] = nil
            return true
        }
        if isUnwanted { cancel(generation) }
    }

    private func cancel(_ generation: Generation) {
        if generation.progress.phase == .running { count { $0.cancellations += 1 } }
        generation.cancel()
    }

    /// Forgets a generation that has ended; whoever comes now finds the file, or starts over.
    func remove(_ generation: Generation) {
        table.withLock { table in
            guard let flight = table.generations[generation.key], flight.generation === generation else { return }
            table.generations[generation.key] = nil
            if let stored = generation.stored {
                table.insert(stored, under: generation.key, now: MonotonicClock.now)
            }
        }
        preparations.end(generation)
    }
}
