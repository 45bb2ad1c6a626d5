internal import DownloadSystem
internal import Glibc

/// How a response comes to a visible end that its task does not bring about.
extension Connection {
    /// How far the supervisor has come with a response whose task takes no notice of being cancelled.
    enum BreakOff {
        /// What was written before is on its way; since when the web server could read it, if all of it is.
        case sending(readableSince: Int64?)
        /// The record that marks the failure was sent at this moment, if there was room for it.
        case marked(at: Int64)
        /// The connection is closed.
        case closed
    }

    /// How long a cancelled task has to end its response by itself, in milliseconds.
    static let grace: Int64 = 100

    /// Called by a task that is to make its response look failed.
    ///
    /// - Returns: False if the supervisor does that already.
    func beginFailing() -> Bool {
        state.withLock { state in
            guard case .open = state.response.ending else { return false }
            state.response.ending = .byTask
            return true
        }
    }

    /// Ends a cancelled response whose task neither suspends nor writes, on time for its client: sends what was
    /// written, the record that marks a failure, and closes the connection. The task goes on until it notices. Called
    /// every tick.
    ///
    /// - Returns: Whether the connection was closed just now.
    func breakOffIfIgnored(at now: Int64) -> Bool {
        state.withLock { state in
            guard state.phase == .responding, let cancellation = state.response.cancellation,
                now - state.response.cancelledAt >= Self.grace
            else { return false }
            let isLate = now - state.response.cancelledAt > Self.failurePatience
            switch state.response.ending {
            case .byTask, .bySupervisor(.closed): return false
            case .open:
                // Its end is on the way.
                if output.isEnded { return false }
                // There is nobody whom a record would tell anything.
                if [.clientLeft, .aborted].contains(cancellation) || !output.isOpen { return closeBrokenOff(&state) }
                state.response.ending = .bySupervisor(.sending(readableSince: nil))
                return sendRest(&state, at: now, since: nil, isLate: isLate)
            case .bySupervisor(.sending(let since)): return sendRest(&state, at: now, since: since, isLate: isLate)
            case .bySupervisor(.marked(let markedAt)):
                // A web server that is reset at once may not read what came before.
                guard now > markedAt else { return false }
                return closeBrokenOff(&state)
            }
        }
    }

    private func sendRest(_ state: inout State, at now: Int64, since: Int64?, isLate: Bool) -> Bool {
        switch output.flush() {
        case .done:
            // The web server must see the content, and pass the head on, before it meets the record; see
            // `RecordSink.fail`.
            let since = since ?? now
            if output.bytesSent > 0, now - since < Self.grace, Socket.unsentBytes(descriptor) > 0 {
                state.response.ending = .bySupervisor(.sending(readableSince: since))
                return false
            }
            output.breakOff()
            state.response.ending = .bySupervisor(.marked(at: now))
            return false
        case .wouldBlock, .noMemory: return isLate ? closeBrokenOff(&state) : false
        case .failed: return closeBrokenOff(&state)
        }
    }

    /// Closes the connection under the hands of its task. What was peeked at stays unread: it is reset.
    private func closeBrokenOff(_ state: inout State) -> Bool {
        output.breakOff()
        closeDescriptor()
        state.response.ending = .bySupervisor(.closed)
        return true
    }

    /// Whether the supervisor has closed the connection although its task goes on.
    var isClosedBySupervisor: Bool {
        state.withLock { state in
            if case .bySupervisor(.closed) = state.response.ending { true } else { false }
        }
    }

    /// Makes the response that is under way look failed, without its task, if there is room for that. The task sends no
    /// more, and does not wait for room either, which nobody would report to it.
    func breakOff() {
        let waiter = unsafe state.withLock { state in
            if state.phase == .responding { output.breakOff() }
            defer { unsafe state.response.roomWaiter = nil }
            return unsafe state.response.roomWaiter
        }
        unsafe waiter?.resume()
    }

    /// Wakes the task that waits for room, without any: its deadline has passed.
    func wakeWaiter() {
        let waiter = unsafe state.withLock { state in
            defer { unsafe state.response.roomWaiter = nil }
            return unsafe state.response.roomWaiter
        }
        unsafe waiter?.resume()
    }
}
