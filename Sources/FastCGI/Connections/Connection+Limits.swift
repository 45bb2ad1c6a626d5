internal import DownloadSystem

/// What the thread that keeps the limits asks of a connection.
extension Connection {
    enum Limit {
        /// The connection is in the hands of the caller, who is to close it.
        case receiving
        case writing
        case request
        /// A cancelled request that still waits for room, to show its client that it failed.
        case ending
    }

    /// Which limit (in milliseconds) the connection has passed, and with which request.
    func limitPassed(_ now: Int64, receive: Int64, write: Int64, request: Int64?) -> (limit: Limit, serial: Int)? {
        state.withLock { state in
            switch state.phase {
            case .closed, .receiving:
                return nil
            case .idle:
                guard state.expectsRequest, now - state.phaseSince > receive else { return nil }
                // What has come in time is not late because every worker is blocked.
                if state.awaitsWorker || Socket.isReady(descriptor, for: .readable) { return nil }
                state.phase = .receiving
                return (.receiving, state.serial)
            case .responding:
                let waits = unsafe state.roomWaiter != nil
                if state.cancellation != nil {
                    return waits && now - state.waitingSince > Self.failurePatience ? (.ending, state.serial) : nil
                }
                if waits, !takes(&state, at: now, within: write) { return (.writing, state.serial) }
                if let request, now - state.phaseSince > request { return (.request, state.serial) }
                return nil
            }
        }
    }

    /// Whether the client that is waited for has taken something within the limit (in milliseconds). The kernel tells of room only
    /// when there is much of it: for a client that is slow enough that is long after it began to take what there was.
    ///
    /// To be called with the lock held.
    private func takes(_ state: inout State, at now: Int64, within limit: Int64) -> Bool {
        if now - state.lookedAt >= min(limit / 4, 1000) {
            let unread = Socket.unsentBytes(descriptor)
            // Nothing left: then it waits for a worker, which may be blocked.
            if unread == 0 { state.takenAt = now }
            if let before = state.unread, unread != before { state.takenAt = now }
            state.unread = unread
            state.lookedAt = now
        }
        return now - state.takenAt <= limit
    }
}
