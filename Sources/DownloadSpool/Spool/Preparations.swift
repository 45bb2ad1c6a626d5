internal import DownloadSystem

/// What a process knows of the downloads that it prepares: until when they are wanted, and which have failed of late.
final class Preparations: Sendable {
    /// One that has failed.
    struct Failure: Sendable {
        var id: GenerationID
        var error: any Error
        /// Whether the log has been told.
        var isLogged = false
        fileprivate var at: Int64
    }

    private struct State {
        var leases = LeaseTable<SpoolKey, Spool.Interest>()
        var failures: [SpoolKey: Failure] = [:]
        var isWatching = false
    }

    /// How many failures are remembered.
    private static let maximumFailures = 1000

    private let state = Lock(State())

    // MARK: - Leases

    /// Wants a content for so long from now on, though nobody reads it.
    func renewLease(of interest: Spool.Interest, for duration: Duration) {
        let until = MonotonicClock.now + duration.milliseconds
        let generation = interest.generation
        guard generation.isUnderWay else { return }
        let (replaced, isToWatch) = state.withLock { state in
            let replaced = state.leases.renew(generation.key, with: interest, until: until) {
                $0.generation === $1.generation
            }
            defer { state.isWatching = true }
            return (replaced, !state.isWatching)
        }
        // It may have ended just before.
        if !generation.isUnderWay { end(generation) }
        if isToWatch { Task { [self] in await watch() } }
        withExtendedLifetime(replaced) {}
    }

    /// How many contents are wanted so.
    var leaseCount: Int { state.withLock { $0.leases.count } }

    /// Ends leases when their time is over, until there are none.
    private func watch() async {
        while true {
            let now = MonotonicClock.now
            let (over, next) = state.withLock { state in
                let over = state.leases.expire(at: now)
                if state.leases.isEmpty { state.isWatching = false }
                return (over, state.leases.nextEnd)
            }
            // Outside the lock: it may end generations.
            withExtendedLifetime(over) {}
            guard let next else { return }
            // A shorter one may begin meanwhile.
            try? await Task.sleep(for: .milliseconds(min(max(1, next - now), 1000)))
        }
    }

    /// Forgets the lease of a generation that has ended.
    func end(_ generation: Generation) {
        let ended = state.withLock { $0.leases.remove(generation.key) { $0.generation === generation } }
        withExtendedLifetime(ended) {}
    }

    // MARK: - Failures

    /// Remembers a failure, if somebody who does not read the content waits for it.
    func noteFailure(of generation: Generation, _ error: any Error) {
        let now = MonotonicClock.now
        state.withLock { state in
            guard state.leases.contains(generation.key), !(error is CancellationError) else { return }
            state.failures = state.failures.filter { now - $0.value.at < GenerationRecord.lifetime * 1000 }
            guard state.failures.count < Self.maximumFailures else { return }
            state.failures[generation.key] = Failure(id: generation.id, error: error, at: now)
        }
    }

    /// The last failure of a content, if nobody has started over since.
    func failure(of key: SpoolKey) -> Failure? {
        state.withLock { state in
            guard let failure = state.failures[key], MonotonicClock.now - failure.at < GenerationRecord.lifetime * 1000
            else {
                return nil
            }
            state.failures[key]?.isLogged = true
            return failure
        }
    }

    /// Forgets a failure: somebody starts over.
    func forgetFailure(of key: SpoolKey) {
        state.withLock { $0.failures[key] = nil }
    }
}
