internal import DownloadCore
internal import DownloadSystem
internal import HTTPTypes
internal import Synchronization

/// The response under way: who answers, and why it may be cut.
extension Connection {
    /// Called before the first instruction of a request's task, which owns the connection from now on.
    ///
    /// - Parameter requestID: The request's identifier in the protocol.
    /// - Returns: What identifies the request on this connection.
    @discardableResult
    func beginResponding(
        to request: DownloadRequest,
        requestID: UInt16,
        task: Task<Void, Never>? = nil
    ) -> Int {
        output.open(requestID: requestID, on: descriptor)
        quickWaits = 0
        // The worker looks after the first turn anyway, see `beginFirstTurn`.
        flags.store(task == nil ? 0 : Flag.written, ordering: .relaxed)
        return state.withLock { state in
            state.phase = .responding
            state.phaseSince = clock.now
            state.serial += 1
            state.label = Label(id: request.id, target: request.http.path ?? "")
            state.response = Response()
            state.response.task = task
            state.response.abort = AbortSearch(of: requestID, behind: peekedCount, at: state.phaseSince)
            return state.serial
        }
    }

    /// Called by the request's task first of all.
    ///
    /// - Parameter expectation: What its worker is to learn from.
    func beginFirstTurn(of request: DownloadRequest, expectation: LongFirstTurns.Expectation) {
        turnBegan = MonotonicClock.microseconds
        let turn = Worker.FirstTurn(
            target: request.http.path ?? "",
            began: turnBegan,
            usage: expectation == .none ? nil : .current
        )
        Worker.current?.beginFirstTurn(turn, observedBy: self)
    }

    /// Ends the task's hold on the connection: its thread owns it now.
    ///
    /// - Returns: Whether the connection is fit for another request.
    @discardableResult
    func endResponding() -> Bool {
        state.withLock { state in
            state.phase = .receiving
            state.response.task = nil
        }
        let isTaken = consumePeeked()
        output.reset()
        return isTaken && descriptor >= 0
    }

    /// Cancels the request's task, if one has the connection.
    ///
    /// - Parameter serial: If given, the one request that is meant: it may have ended since the reason was found, and
    ///   another, even of another client, may have the connection.
    /// - Returns: Whether it was not cancelled before.
    @discardableResult
    func cancel(_ reason: Cancellation, of serial: Int? = nil) -> Bool {
        let (isFirst, task, waiter) = unsafe state.withLock { state in
            guard state.phase == .responding, state.response.cancellation == nil,
                state.serial == serial ?? state.serial
            else { return unsafe (false, nil as Task<Void, Never>?, nil as UnsafeContinuation<Void, Never>?) }
            return unsafe markCancelled(&state, reason)
        }
        task?.cancel()
        unsafe waiter?.resume()
        return isFirst
    }

    /// Cuts the response of a request whose client is waited for, at once, and frees what is held for it.
    ///
    /// - Returns: Whether it was that request, and still waited.
    func evict(_ serial: Int) -> Bool {
        let (isFirst, task, waiter) = unsafe state.withLock { state in
            guard state.phase == .responding, state.response.cancellation == nil, state.serial == serial,
                unsafe state.response.roomWaiter != nil
            else { return unsafe (false, nil as Task<Void, Never>?, nil as UnsafeContinuation<Void, Never>?) }
            output.breakOff()
            return unsafe markCancelled(&state, .evicted)
        }
        task?.cancel()
        unsafe waiter?.resume()
        return isFirst
    }

    private func markCancelled(
        _ state: inout State,
        _ reason: Cancellation
    ) -> (Bool, Task<Void, Never>?, UnsafeContinuation<Void, Never>?) {
        state.response.cancellation = reason
        state.response.cancelledAt = clock.now
        flags.bitwiseOr(Flag.cancelled, ordering: .relaxed)
        defer { unsafe state.response.roomWaiter = nil }
        return unsafe (true, state.response.task, state.response.roomWaiter)
    }

    /// Why the running request is cancelled, or nil.
    var cancellation: Cancellation? { state.withLock { $0.response.cancellation } }

    /// What an event means for the response under way.
    @safe
    enum EventMeaning {
        /// There is no response: the event is about a request to come.
        case noResponse
        /// The request of this number is to be cut.
        case cut(Cancellation, serial: Int)
        /// The task that waited may go on.
        case room(UnsafeContinuation<Void, Never>)
        case nothing
    }

    /// Handles what the kernel reports of a connection that a request's task has.
    func noteEvents(_ events: Poller.Events) -> EventMeaning {
        var flushes = false
        let meaning: EventMeaning = state.withLock { state in
            guard state.phase == .responding else { return .noResponse }
            state.watch.isForOneEvent = false
            // It may also be about the next request, of which the kernel tells once.
            state.watch.hasMissedEvent = true
            guard descriptor >= 0 else { return .nothing }
            // The event may be late, of a connection before this one: ask.
            if !events.isDisjoint(with: [.peerClosed, .failed]), Socket.isReady(descriptor, for: departure) {
                return .cut(.clientLeft, serial: state.serial)
            }
            if events.contains(.readable), isAborted(&state) { return .cut(.aborted, serial: state.serial) }
            watch(&state, for: departure, .changes)
            guard let waiter = unsafe state.response.roomWaiter else {
                flushes = true
                return .nothing
            }
            unsafe state.response.roomWaiter = nil
            return unsafe .room(waiter)
        }
        if flushes { flush() }
        return meaning
    }
}
