internal import DownloadSystem

/// What the kernel is asked to report of a connection.
extension Connection {
    /// To be called with the lock held.
    func watch(_ state: inout State, for events: Poller.Events, _ mode: Poller.Mode) {
        guard descriptor >= 0 else { return }
        if mode == .changes, let changes = state.watch.changes, changes.isSuperset(of: events),
            !state.watch.hasMissedEvent
        {
            return
        }
        do {
            try pool.poller.watch(descriptor, for: events, mode, tag: tag, first: !state.watch.isInPoller)
            state.watch = Watch(
                isInPoller: true,
                changes: mode == .changes ? events : nil,
                isForOneEvent: mode == .once
            )
        } catch {
            // Out of memory for the set. A response must not look ended for it: the next tick tries again.
            state.watch.isMissing = true
            state.watch.isForOneEvent = false
            state.watch.changes = nil
        }
    }

    /// Watches for the client's departure while a task has the connection that does not wait for room. To be called
    /// with the lock held.
    func watchDeparture(_ state: inout State) {
        guard state.phase == .responding, unsafe state.response.roomWaiter == nil, !state.watch.isForOneEvent else {
            return
        }
        watch(&state, for: departure, .changes)
    }

    /// Watches for what should be watched for and is not: since the kernel had no memory, or since the task neither
    /// suspends nor ends. Called every tick.
    func watchIfMissing() {
        let waiter = unsafe state.withLock { state in
            let none = unsafe nil as UnsafeContinuation<Void, Never>?
            switch state.phase {
            case .closed, .receiving: return unsafe none
            case .idle:
                // A worker looks whether something has come, and asks again.
                if state.watch.isMissing { pool.report(Poller.Event(tag: tag, events: .readable)) }
                return unsafe none
            case .responding:
                watchDeparture(&state)
                guard state.watch.isMissing else { return unsafe none }
                // The task that waits for room asks again.
                defer { unsafe state.response.roomWaiter = nil }
                return unsafe state.response.roomWaiter
            }
        }
        unsafe waiter?.resume()
    }
}
