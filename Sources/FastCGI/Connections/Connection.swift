internal import DownloadCore
internal import DownloadSystem
internal import Glibc
internal import HTTPTypes
internal import Synchronization

/// Why the server cancels a request's task.
enum Cancellation: Error, CustomStringConvertible {
    /// The web server closed the connection: its client left.
    case clientLeft
    /// The client took nothing for as long as the limit on writing allows.
    case writeTimedOut
    /// The request took longer than the limit on a whole request allows.
    case requestTimedOut
    /// The server stops, and the drain limit has passed.
    case serverStopped

    var description: String {
        switch self {
        case .clientLeft: "the client left"
        case .writeTimedOut: "the client took nothing for too long"
        case .requestTimedOut: "the request took too long"
        case .serverStopped: "the server stopped"
        }
    }
}

/// One connection of the web server, which carries one request after another.
///
/// Objects are kept and used again for later connections, never freed while the server lives: an event may still name one whose
/// connection was closed by another thread a moment ago. Such a late event does no harm, since it counts only as a hint.
///
/// `@unchecked Sendable`: `state` is behind its lock. `intake`, `heldIntake`, `descriptor` and `departure` change only in the hands of whoever moved
/// the phase to `receiving` or opened the connection, one thread at a time. `unreadRequest` is set in the same hands, and cleared by
/// the request's task when it ends. `quickWaits` and `turnBegan` belong to that task.
final class Connection: @unchecked Sendable {
    enum Phase {
        /// Not in use.
        case closed
        /// Waiting for a request, in nobody's hands.
        case idle
        /// A worker reads a request.
        case receiving
        /// A request's task has it.
        case responding
    }

    @safe
    struct State {
        var phase = Phase.closed
        var isInPoller = false
        /// What is watched for changes, without an end; nil while nothing is, not even a failure.
        var watched: Poller.Events?
        /// Whether the kernel had no memory to watch for what is waited for.
        var isUnwatched = false
        /// Whether an event came that nobody has acted on yet: to be found again it must be watched for anew.
        var hasMissedEvent = false
        /// Counts the requests, so that what comes late from one does not touch the next.
        var serial = 0
        var task: Task<Void, Never>?
        var roomWaiter: UnsafeContinuation<Void, Never>?
        var cancellation: Cancellation?
        var cancelledAt: Int64 = 0
        /// Whether a request was answered since the connection was opened.
        var isKept = false
        /// Whether the limit on receiving runs: since the connection was opened, or since a part of a request came.
        var expectsRequest = true
        /// Whether something lies in the intake that no worker has looked at.
        var awaitsWorker = false
        /// Moments by the monotonic clock, in milliseconds.
        var phaseSince: Int64 = 0
        /// The request that is under way, for the status and the log.
        var requestID = ""
        var target = ""
        var route = ""
        var isReportedSlow = false
        var waitingSince: Int64 = 0
        /// When the client, as far as is known, last took something of what it is waited for; when that was last looked at, and what
        /// lay unread then.
        var takenAt: Int64 = 0
        var lookedAt: Int64 = 0
        var unread: Int?
    }

    enum Flag {
        static let written: UInt8 = 1
        static let cancelled: UInt8 = 2
    }

    let state = Lock(State())
    let output: RecordStream
    private(set) var descriptor: Int32 = -1
    /// What has come of a request that did not come at once.
    var intake: Intake
    /// How much of the intake is counted as held.
    private var heldIntake = 0
    /// How much of the request that is being answered was looked at only, and still waits in the kernel.
    ///
    /// A connection that closes with something unread is reset. So if this process dies, be it by a mistake of a view, no web server
    /// takes the end of the connection for that of the download. Measured: nginx does, of a download of unknown size, otherwise.
    private var unreadRequest = 0
    let pool: WorkerPool
    private let buffers: BufferPool
    private let requestGuard: RequestGuard
    let flags = Atomic<UInt8>(0)
    /// How many waits for room in a row took no longer than 5 ms.
    var quickWaits = 0
    /// Since when the task has not suspended, as far as is known, in monotonic milliseconds.
    var turnBegan: Int64 = 0

    /// What is watched for besides `failed`, to see that the peer has left. On a unix socket nothing is: a peer that is gone shows as
    /// `failed` there, and one that has only closed its sending half still waits for its answer. On TCP the two look alike.
    private(set) var departure: Poller.Events = []

    init(pool: WorkerPool, buffers: BufferPool, requestGuard: RequestGuard) {
        self.requestGuard = requestGuard
        intake = Intake(guardedBy: requestGuard)
        self.pool = pool
        self.buffers = buffers
        output = RecordStream(pool: buffers)
    }

    // MARK: - Life

    /// Takes over a new connection; the caller is to receive from it.
    func open(_ descriptor: Int32, isTCP: Bool) {
        self.descriptor = descriptor
        departure = isTCP ? .peerClosed : []
        state.withLock { state in
            let serial = state.serial
            state = State()
            state.serial = serial
            state.phase = .receiving
            state.phaseSince = MonotonicClock.now
        }
    }

    /// Notes that so many bytes of a request were looked at only: they stay in the kernel until ``takeUnread()``, which is called when
    /// the response has ended at the latest.
    func leaveUnread(_ count: Int) {
        unreadRequest = count
    }

    /// Leaves there for good what was looked at only, so that the connection is reset when it closes.
    func keepUnread() {
        unreadRequest = 0
    }

    /// Takes the request that was left in the kernel out of the way of the next.
    ///
    /// - Returns: False if it could not be taken. The connection is to be closed then: the same request would be received again.
    @discardableResult
    func takeUnread() -> Bool {
        guard unreadRequest > 0 else { return true }
        // Room on the stack, for most requests enough.
        return unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { unsafe takeUnread(into: $0) }
    }

    /// The same, with room for more at a time.
    func takeUnread(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        defer { unreadRequest = 0 }
        while unreadRequest > 0 {
            let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(unreadRequest))
            // A connection that has failed meanwhile gives no more.
            guard let taken = unsafe try? Socket.receive(into: part, from: descriptor), taken.count > 0 else {
                return false
            }
            unreadRequest -= taken.count
        }
        return true
    }

    /// Closes the connection. Nothing may use it after that until it is opened again.
    func close() {
        takeUnread()
        output.reset()
        intake = Intake(guardedBy: requestGuard)
        countHeldIntake()
        state.withLock { state in
            state.phase = .closed
            state.task = nil
            Glibc.close(descriptor)
            descriptor = -1
        }
    }

    /// Has the intake as it is now count as held.
    func countHeldIntake() {
        guard intake.count != heldIntake else { return }
        buffers.countHeld(intake.count - heldIntake)
        heldIntake = intake.count
    }

    /// The identity that events carry.
    var tag: UInt64 {
        UInt64(UInt(bitPattern: unsafe Unmanaged.passUnretained(self).toOpaque()))
    }

    static func tagged(_ tag: UInt64) -> Connection? {
        guard let pointer = unsafe UnsafeRawPointer(bitPattern: UInt(tag)) else { return nil }
        return unsafe Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// To be called with the lock held.
    func arm(_ state: inout State, for events: Poller.Events, _ mode: Poller.Mode) {
        if mode == .changes, let watched = state.watched, watched.isSuperset(of: events), !state.hasMissedEvent {
            return
        }
        do {
            try pool.poller.watch(descriptor, for: events, mode, tag: tag, first: !state.isInPoller)
            state.isInPoller = true
            state.watched = mode == .changes ? events : nil
            state.hasMissedEvent = false
            state.isUnwatched = false
        } catch {
            // Out of memory for the set. A response must not look ended for it: the next tick tries again.
            state.isUnwatched = true
            state.watched = nil
        }
    }

    /// Goes back to waiting for a request, or for the rest of one.
    ///
    /// - Parameter afterRequest: Whether a request was answered. The next one may take as long as the web server likes, until
    ///   its first byte.
    func waitForRequest(afterRequest: Bool) {
        // Bytes of the next request were read already: a worker is to come at once.
        let hasMore = afterRequest && !intake.isEmpty
        countHeldIntake()
        state.withLock { state in
            if afterRequest {
                state.isKept = true
                state.expectsRequest = hasMore
                state.awaitsWorker = hasMore
                state.phaseSince = MonotonicClock.now
            } else if intake.isEmpty, !intake.discards {
                // What came was no request, or one that was aborted.
                if state.isKept { state.expectsRequest = false }
            } else if !state.expectsRequest {
                state.expectsRequest = true
                state.phaseSince = MonotonicClock.now
            }
            state.phase = .idle
            // Including what the request's task will want to know: so a kept connection is watched once and for all.
            arm(&state, for: [.readable, .peerClosed], .changes)
        }
        // The kernel would tell of room alone, of which the last answer may leave none for long.
        if hasMore { pool.report(Poller.Event(tag: tag, events: .readable)) }
    }

    /// Watches again for what the kernel had no memory to watch for; called every tick.
    func watchIfUnwatched() {
        let waiter = unsafe state.withLock { state in
            let none = unsafe nil as UnsafeContinuation<Void, Never>?
            guard state.isUnwatched else { return unsafe none }
            switch state.phase {
            case .closed, .receiving: return unsafe none
            case .idle:
                // A worker looks whether something has come, and asks anew.
                pool.report(Poller.Event(tag: tag, events: .readable))
            case .responding:
                // So does the task that waits for room.
                if unsafe state.roomWaiter == nil { arm(&state, for: departure, .changes) }
            }
            defer { unsafe state.roomWaiter = nil }
            return unsafe state.roomWaiter
        }
        unsafe waiter?.resume()
    }

    /// Takes an idle connection into the hands of the caller, who is to close it or to wait on, if it was kept after a request
    /// that ended by the first moment, or was opened by the second and has not brought a request since (monotonic milliseconds).
    func beginReceiving(ifKeptSince kept: Int64, orOpenedBefore opened: Int64? = nil) -> Bool {
        state.withLock { state in
            // What a worker is on its way to is left to it: finding it taken, it would not come again.
            guard state.phase == .idle, !state.awaitsWorker else { return false }
            guard state.expectsRequest ? state.phaseSince <= opened ?? .min : state.phaseSince <= kept else {
                return false
            }
            state.phase = .receiving
            return true
        }
    }

    /// Takes an idle connection into the hands of the caller, who is to receive from it because of an event. If somebody else has
    /// it, they look again.
    func beginReceiving() -> Bool {
        state.withLock { state in
            guard state.phase == .idle else {
                state.hasMissedEvent = true
                return false
            }
            state.phase = .receiving
            state.awaitsWorker = false
            return true
        }
    }

    /// Called by whoever receives, when there may be more than was received: nothing else would tell of it.
    func noteUnread() {
        state.withLock { $0.hasMissedEvent = true }
    }

    // MARK: - The request's task

    /// Called before a request's task starts; the result identifies the request.
    func beginResponding(to request: DownloadRequest, requestID: UInt16) -> Int {
        output.open(requestID: requestID, on: descriptor)
        quickWaits = 0
        turnBegan = MonotonicClock.now
        flags.store(0, ordering: .relaxed)
        return state.withLock { state in
            state.phase = .responding
            state.serial += 1
            state.cancellation = nil
            state.phaseSince = MonotonicClock.now
            state.requestID = request.id
            state.target = request.http.path ?? ""
            state.route = ""
            state.isReportedSlow = false
            return state.serial
        }
    }

    /// Called after a request's task started and suspended for the first time (or ended): from now on a client that leaves is
    /// noticed.
    func keepTask(_ task: Task<Void, Never>, serial: Int) {
        let isCancelled = state.withLock { state in
            guard state.phase == .responding, state.serial == serial else { return false }
            state.task = task
            // Unless another worker, which the task went on with, has asked for room: that tells of a client that left, too.
            let asksForRoom = state.isInPoller && state.watched == nil
            if unsafe state.roomWaiter == nil, !asksForRoom { arm(&state, for: departure, .changes) }
            return state.cancellation != nil
        }
        if isCancelled { task.cancel() }
    }

    /// Ends the request's hold on the connection.
    ///
    /// - Returns: Whether the connection is fit for another request.
    @discardableResult
    func endResponding() -> Bool {
        let isTaken = takeUnread()
        output.reset()
        state.withLock { $0.task = nil }
        return isTaken
    }

    /// Cancels the request's task, if one has the connection.
    ///
    /// - Parameter serial: If given, the one request that is meant: it may have ended since the reason was found, and another, even
    ///   of another client, may have the connection.
    /// - Returns: Whether it was not cancelled before.
    @discardableResult
    func cancel(_ reason: Cancellation, of serial: Int? = nil) -> Bool {
        let (isFirst, task, waiter) = unsafe state.withLock { state in
            guard state.phase == .responding, state.cancellation == nil, state.serial == serial ?? state.serial else {
                return unsafe (false, nil as Task<Void, Never>?, nil as UnsafeContinuation<Void, Never>?)
            }
            state.cancellation = reason
            state.cancelledAt = MonotonicClock.now
            flags.bitwiseOr(Flag.cancelled, ordering: .relaxed)
            defer { unsafe state.roomWaiter = nil }
            return unsafe (true, state.task, state.roomWaiter)
        }
        task?.cancel()
        unsafe waiter?.resume()
        return isFirst
    }

    /// Why the running request is cancelled, or nil.
    var cancellation: Cancellation? { state.withLock { $0.cancellation } }

    /// Handles what the kernel reports of a connection that a request's task has. Returns the request whose client left, or the
    /// waiting task to resume.
    func noteEvents(_ events: Poller.Events) -> (left: Int?, waiter: UnsafeContinuation<Void, Never>?) {
        var flushes = false
        let result = unsafe state.withLock { state in
            guard state.phase == .responding else {
                return unsafe (nil as Int?, nil as UnsafeContinuation<Void, Never>?)
            }
            // The event may be late, of a connection before this one: ask.
            if !events.isDisjoint(with: [.peerClosed, .failed]), Socket.isReady(descriptor, for: departure) {
                return (state.serial, nil)
            }
            defer { unsafe state.roomWaiter = nil }
            flushes = unsafe state.roomWaiter == nil
            arm(&state, for: departure, .changes)
            return unsafe (nil, state.roomWaiter)
        }
        if flushes { flushAfterSuspension() }
        return unsafe result
    }
}
