internal import DownloadSystem

/// How a connection waits for a request, and is taken up when one comes.
extension Connection {
    /// Goes back to waiting for a request, or for the rest of one.
    ///
    /// - Parameter afterRequest: Whether a request was answered. The next one may take as long as the web server likes,
    ///   until its first byte.
    func waitForRequest(afterRequest: Bool) {
        // Bytes of the next request were read already: a worker is to come at once.
        let hasMore = afterRequest && !receiveBuffer.isEmpty
        countHeld()
        state.withLock { state in
            if afterRequest {
                state.arrival = Arrival(isKept: true, expectsRequest: hasMore, awaitsWorker: hasMore)
                state.phaseSince = clock.now
            } else if receiveBuffer.isEmpty, !receiveBuffer.discards {
                // What came was not a request, or one that was aborted.
                if state.arrival.isKept { state.arrival.expectsRequest = false }
            } else if !state.arrival.expectsRequest {
                state.arrival.expectsRequest = true
                state.phaseSince = clock.now
            }
            state.phase = .idle
            // Including what the request's task will want to know: so a kept connection is watched once and for all.
            watch(&state, for: [.readable, .peerClosed], .changes)
        }
        // The kernel would report room alone, of which the last answer may leave none for long.
        if hasMore { pool.report(Poller.Event(tag: tag, events: .readable)) }
    }

    /// Waits for the web server to close the connection of a request that was answered before it was there as a whole.
    /// The limit on receiving starts over.
    func waitForEnd() {
        state.withLock { state in
            state.arrival.expectsRequest = true
            state.phaseSince = clock.now
            state.phase = .idle
            watch(&state, for: [.readable, .peerClosed], .changes)
        }
    }

    /// Claims an idle connection because of an event: the caller owns it, and receives from it. If it has another
    /// owner, that one looks again.
    func beginReceiving() -> Bool {
        state.withLock { state in
            guard state.phase == .idle else {
                state.watch.hasMissedEvent = true
                return false
            }
            state.phase = .receiving
            state.arrival.awaitsWorker = false
            return true
        }
    }

    /// Claims an idle connection for closing: one kept since `kept`, or one opened before `opened` that has sent
    /// nothing (monotonic milliseconds). The caller must close it or call ``waitForRequest(afterRequest:)``.
    func beginReceiving(ifKeptSince kept: Int64, orOpenedBefore opened: Int64? = nil) -> Bool {
        state.withLock { state in
            // What a worker is on its way to is left to it: finding it taken, it would not come again.
            guard state.phase == .idle, !state.arrival.awaitsWorker else { return false }
            guard state.arrival.expectsRequest ? state.phaseSince <= opened ?? .min : state.phaseSince <= kept else {
                return false
            }
            state.phase = .receiving
            return true
        }
    }

    /// Called by the owner when there may be more than was received: nothing else would report it.
    func noteMissedEvent() {
        state.withLock { $0.watch.hasMissedEvent = true }
    }
}
