internal import DownloadSystem
internal import Glibc
internal import Synchronization

/// How a response leaves: what its task, the workers and the clock do to send what was written.
extension Connection: TurnObserver {
    /// Called after each piece that was published.
    @inline(__always)
    func noteWritten() throws {
        if flags.load(ordering: .relaxed) == Flag.written { return }
        try noteFirstWritten()
    }

    /// Whether ``noteWritten()`` would neither throw nor flush now.
    @inline(__always)
    var canNoteAtOnce: Bool {
        let flags = flags.load(ordering: .relaxed)
        return flags == Flag.written || flags == 0 && Worker.current != nil
    }

    /// Called after a piece that was published at once, see ``canNoteAtOnce``.
    @inline(__always)
    func noteWrittenAtOnce() {
        if flags.load(ordering: .relaxed) != Flag.written { noteFirstWrittenAtOnce() }
    }

    private func noteFirstWrittenAtOnce() {
        flags.bitwiseOr(Flag.written, ordering: .relaxed)
        Worker.current?.observeTurn(self)
    }

    /// The first piece in this turn: the worker sends it when the task next suspends.
    private func noteFirstWritten() throws {
        try checkCancellation()
        if let worker = Worker.current {
            flags.bitwiseOr(Flag.written, ordering: .relaxed)
            worker.observeTurn(self)
        } else if case .failed = output.flush() {
            // Flushed at once: on a thread that is not ours nobody would do it later.
            cancel(.clientLeft)
            throw CancellationError()
        }
    }

    func checkCancellation() throws {
        if flags.load(ordering: .relaxed) & Flag.cancelled != 0 { throw CancellationError() }
    }

    /// Sends what a task wrote before it suspended, and watches for its client's departure.
    func turnEnded() {
        flags.bitwiseAnd(~Flag.written, ordering: .sequentiallyConsistent)
        flush()
    }

    /// Sends what is published, for a task that does not wait for room.
    func flush() {
        switch output.flush() {
        // Out of memory: the next tick tries again.
        case .done, .noMemory: state.withLock { watchDeparture(&$0) }
        case .wouldBlock:
            state.withLock { state in
                if state.phase == .responding, unsafe state.response.roomWaiter == nil {
                    watch(&state, for: departure.union(.writable), .once)
                }
            }
        case .failed:
            // Again, since by now the connection may be another one, whose request is not to be cut for it.
            let left: Int? = state.withLock { state in
                guard state.phase == .responding, case .failed = output.flush() else { return nil }
                return state.serial
            }
            if let left { cancel(.clientLeft, of: left) }
        }
    }

    /// Sends what lies unsent although its task neither runs into a full buffer nor suspends; called every tick.
    ///
    /// A view may block its thread after it wrote, and a task that goes on elsewhere while the thread it left still
    /// flushes can take its new piece for part of that flush.
    func flushForgotten(at now: Int64) {
        let isGenerating = state.withLock { state in
            unsafe state.phase == .responding && state.response.roomWaiter == nil
        }
        let isForgotten = isGenerating && output.hasForgottenContent()
        if isForgotten { flush() }
        state.withLock { state in
            // What the client takes nothing of for too long is over the limit, whatever its task does meanwhile.
            if !isForgotten { state.response.backlog = nil }
            if isForgotten, state.response.backlog == nil { state.response.backlog = StallClock(at: now) }
        }
    }

    /// How long a turn may be before it gives way to others, in microseconds.
    private static let turn: Int64 = 2000
    /// How long the first turn of a response may be, since most others are done with theirs by then.
    private static let firstTurn: Int64 = 250

    /// Called now and then in the first turn of a response: gives way to what waits once it was long enough.
    func checkFirstTurn() async throws {
        guard MonotonicClock.microseconds - turnBegan >= Self.firstTurn else { return output.extendLimit() }
        output.liftLimit()
        guard pool.hasWork, Worker.current != nil else { return }
        guard case .done = output.flush() else { return try await drain() }
        await yieldToOthers()
        output.rewind()
    }

    /// Returns when everything published is sent and the buffer is empty. Suspends the task while the socket is full.
    ///
    /// - Parameter failure: When the response failed that is to be seen as such (monotonic milliseconds): cancelled, it
    ///   waits for a second more.
    func drain(failedAt failure: Int64? = nil) async throws {
        var attempts = 0
        while true {
            switch output.flush() {
            case .done:
                await giveWay()
                output.rewind()
                return
            case .failed:
                cancel(.clientLeft)
                throw CancellationError()
            case .wouldBlock:
                try checkWaiting(failedAt: failure)
                await waitForRoom(despiteCancellation: failure != nil)
            case .noMemory:
                // Some seconds; then it is given up, as visibly as that allows.
                attempts += 1
                guard attempts < 200 else {
                    // Nothing may be written any more, as after every failure.
                    flags.bitwiseOr(Flag.cancelled, ordering: .relaxed)
                    throw SystemError(call: "send", code: ENOBUFS)
                }
                try checkWaiting(failedAt: failure)
                await Self.sleepDespiteCancellation(milliseconds: 20)
            }
        }
    }

    private func checkWaiting(failedAt failure: Int64?) throws {
        guard let failure else { return try checkCancellation() }
        guard mayWait(failedAt: failure) else { throw CancellationError() }
    }

    /// In a task of its own, since this one may be cancelled and still has to wait.
    private static func sleepDespiteCancellation(milliseconds: Int) async {
        _ = await Task { try await Task.sleep(for: .milliseconds(milliseconds)) }.result
    }

    /// Lets others have the worker when the turn was long: a generator whose client is always quicker would keep it to
    /// itself.
    private func giveWay() async {
        guard MonotonicClock.microseconds - turnBegan >= Self.turn else { return }
        if pool.hasWork { await yieldToOthers() }
        turnBegan = MonotonicClock.microseconds
    }

    /// Suspends until others had their turn. Everything must be sent: the buffer serves them meanwhile.
    private func yieldToOthers() async {
        guard Worker.current != nil else { return }
        output.compact()
        // Not kept beyond the suspension, after which this may be another worker.
        Worker.current?.looksNext = true
        await Task.yield()
        turnBegan = MonotonicClock.microseconds
    }

    /// How long a response that failed waits, once it is cancelled, for its client to take what shows it: 1 s.
    static let failurePatience: Int64 = 1000

    /// Whether a response that failed (a monotonic moment, in milliseconds) may wait on. Until it is cancelled the
    /// limit on writing holds for it as for any other.
    private func mayWait(failedAt start: Int64) -> Bool {
        state.withLock { state in
            state.response.cancellation == nil
                || clock.now < max(start, state.response.cancelledAt) + Self.failurePatience
        }
    }

    /// Returns when the peer has read what was sent, or after some 100 ms.
    func waitUntilRead() async {
        for _ in 0..<50 {
            let isRead = Socket.unsentBytes(descriptor) == 0
            await Self.sleepDespiteCancellation(milliseconds: 2)
            if isRead { return }
        }
    }

    private func waitForRoom(despiteCancellation: Bool) async {
        // A client that was quick for so long will be so again: then giving the buffer away, with a copy of what it
        // holds, costs more than it saves. Should it take long after all, the next tick does it.
        if quickWaits < 16 { output.compact() }
        let start = MonotonicClock.microseconds
        unsafe await withUnsafeContinuation { continuation in
            let resumesNow = state.withLock { state in
                if state.response.cancellation != nil, !despiteCancellation { return true }
                // Broken off since it was flushed: nobody would resume it.
                guard output.isOpen else { return true }
                unsafe state.response.roomWaiter = continuation
                state.response.wait = StallClock(at: clock.now)
                watch(&state, for: departure.union(.writable), .once)
                return false
            }
            if resumesNow { unsafe continuation.resume() }
        }
        turnBegan = MonotonicClock.microseconds
        quickWaits = turnBegan - start <= 5000 ? quickWaits + 1 : 0
    }

    /// Keeps of a response that has waited for room for a while only what is unsent; called every tick.
    func compactIfWaiting(at now: Int64) {
        state.withLock { state in
            // The task can't go on meanwhile: whoever resumes it takes the waiter, and the lock, first.
            if unsafe state.response.roomWaiter != nil, now - state.response.wait.start > 50 { output.compact() }
        }
    }
}
