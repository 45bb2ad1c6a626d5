internal import DownloadSystem
internal import Logging
internal import Synchronization

/// What happens when there is no room left: who has waited longest pays first.
extension Engine {
    /// What an ``EvictionOrder`` orders: a request, by its connection and its number there.
    struct StalledRequest {
        var connection: Connection
        var serial: Int
    }

    /// How long a client must have taken nothing before another takes its place, in milliseconds.
    private static let patienceWhenCrowded: Int64 = 1000

    /// Whether another request may begin, for which another may have had to make room. Memory that is held for others
    /// never keeps one from beginning: as long as it need not wait for its client it holds nothing.
    func admitsRequest() -> Bool {
        freeHeldBytes()
        let active = statistics.active.load(ordering: .relaxed)
        return active < configuration.maximumRequests || evictLongest(waitingFor: Self.patienceWhenCrowded)
    }

    /// Cuts downloads until no more is held than may be, the ones whose clients have taken nothing for longest first.
    func freeHeldBytes() {
        while buffers.heldBytes > configuration.maximumHeldBytes {
            guard evictLongest(waitingFor: 0) else { return }
        }
    }

    private func evictLongest(waitingFor minimum: Int64) -> Bool {
        let now = clock.now
        while true {
            let candidate = evictionOrder.withLock { order in
                order.takeLongest(waitingFor: minimum, at: now) { stalledRequests() }
            }
            guard let candidate else { return false }
            let request = candidate.client
            // Those that have taken something meanwhile are passed over until the order is made again.
            guard request.connection.hasTakenNothing(since: candidate.since, serial: request.serial, at: now),
                request.connection.evict(request.serial)
            else { continue }
            overloadLog.ifAllowed(now) {
                logger.warning(
                    "cut a download: no room is left, and its client had taken nothing for longest",
                    metadata: [
                        "active": "\(statistics.active.load(ordering: .relaxed))", "held": "\(buffers.heldBytes)",
                        "milliseconds": "\(now - candidate.since)",
                    ]
                )
            }
            return true
        }
    }

    private func stalledRequests() -> [EvictionOrder<StalledRequest>.Candidate] {
        var stalled: [EvictionOrder<StalledRequest>.Candidate] = []
        forEachConnection { connection in
            if let (moment, serial) = connection.waitingSince {
                stalled.append(.init(client: StalledRequest(connection: connection, serial: serial), since: moment))
            }
        }
        return stalled
    }
}
