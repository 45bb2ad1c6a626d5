internal import DownloadSystem

/// What the thread that keeps the limits asks of a connection.
extension Connection {
    enum Limit {
        /// The caller owns the connection now, and must close it.
        case receiving
        case writing
        case request
        /// The web server has aborted the request.
        case abort
        /// A cancelled request that still waits for room, to show its client that it failed.
        case ending
    }

    /// How much the limit on receiving grows with the content that was sent, in milliseconds for each byte: a client
    /// that sends 1,000 bytes a second is slow, not absent. Most web servers hand on content as it comes, in large
    /// pieces.
    private static let patienceForContent = 1

    /// Which limit (in milliseconds) the connection has passed, and with which request.
    func limitPassed(_ now: Int64, receive: Int64, write: Int64, request: Int64?) -> (limit: Limit, serial: Int)? {
        state.withLock { state in
            switch state.phase {
            case .closed, .receiving:
                return nil
            case .idle:
                let receive = receive + Int64(receiveBuffer.sentContent * Self.patienceForContent)
                guard state.arrival.expectsRequest, now - state.phaseSince > receive else { return nil }
                // What has come in time is not late because every worker is blocked.
                if state.arrival.awaitsWorker || Socket.isReady(descriptor, for: .readable) { return nil }
                state.phase = .receiving
                return (.receiving, state.serial)
            case .responding:
                let waits = unsafe state.response.roomWaiter != nil
                if state.response.cancellation != nil {
                    let isOver = waits && now - state.response.wait.start > Self.failurePatience
                    return isOver ? (.ending, state.serial) : nil
                }
                if hasFoundAbort(&state, at: now) { return (.abort, state.serial) }
                if !takes(&state.response, waits: waits, at: now, within: write) { return (.writing, state.serial) }
                if let request, now - state.phaseSince > request { return (.request, state.serial) }
                return nil
            }
        }
    }

    private func takes(_ response: inout Response, waits: Bool, at now: Int64, within limit: Int64) -> Bool {
        let unsentBytes = { Socket.unsentBytes(self.descriptor) }
        if waits { return response.wait.hasTaken(within: limit, at: now, unsentBytes: unsentBytes) }
        return response.backlog?.hasTaken(within: limit, at: now, unsentBytes: unsentBytes) ?? true
    }

    /// Since when the client of the request under way, which waits for it, has taken nothing, as far as is known; nil
    /// if none waits.
    var waitingSince: (moment: Int64, serial: Int)? {
        state.withLock { state in
            guard state.phase == .responding, state.response.cancellation == nil,
                unsafe state.response.roomWaiter != nil
            else { return nil }
            return (state.response.wait.takenAt, state.serial)
        }
    }

    /// Whether the client of that request has still taken nothing since that moment: looks again.
    func hasTakenNothing(since moment: Int64, serial: Int, at now: Int64) -> Bool {
        state.withLock { state in
            guard state.phase == .responding, state.serial == serial, state.response.cancellation == nil,
                unsafe state.response.roomWaiter != nil
            else { return false }
            state.response.wait.look(at: now, Socket.unsentBytes(descriptor))
            return state.response.wait.takenAt <= moment
        }
    }
}
