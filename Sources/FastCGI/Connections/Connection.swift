internal import DownloadCore
internal import DownloadSystem
internal import Glibc
internal import Synchronization

/// One connection of the web server, which carries one request after another.
///
/// Objects are kept and used again for later connections, never freed while the server lives: an event may still name
/// one whose connection was closed by another thread a moment ago. Such a late event does no harm, since it counts only
/// as a hint.
///
/// A connection has at most one *owner*, by its phase: none while it is idle, a thread while it is received from, the
/// request's task while it is answered. Only the owner receives, appends and closes; everybody else goes through the
/// lock, and may cancel or break off.
///
/// `@unchecked Sendable`: `state` is behind its lock. `receiveBuffer`, `heldBytes` and `peeked` are the owner's; while
/// there is none, and while a request is answered, nobody changes the first, and whoever has the lock may read it.
/// `descriptor` changes when the connection is opened or closed by its owner; of a response that is broken off it
/// changes under the lock, where everybody but the owner reads it, and the owner reads it only after it has ended the
/// response, under the lock. `quickWaits` and `turnBegan` belong to the request's task.
final class Connection: @unchecked Sendable {
    enum Phase {
        /// Not in use.
        case closed
        /// Waiting for a request, without an owner.
        case idle
        /// Owned by a thread that receives a request, or closes the connection.
        case receiving
        /// Owned by a request's task.
        case responding
    }

    /// What the poller knows of the connection.
    struct Watch {
        var isInPoller = false
        /// What is watched for changes, without an end; nil while nothing is, not even a failure.
        var changes: Poller.Events?
        /// Whether the next event is the last that is reported.
        var isForOneEvent = false
        /// Whether the kernel had no memory to watch for what is waited for.
        var isMissing = false
        /// Whether an event came that nobody has acted on yet: to be found, it must be watched for again.
        var hasMissedEvent = false
    }

    /// What is known of the request to come.
    struct Arrival {
        /// Whether a request was answered since the connection was opened.
        var isKept = false
        /// Whether the limit on receiving runs: since the connection was opened, or since a part of a request came.
        var expectsRequest = true
        /// Whether something lies in the receive buffer that no worker has looked at.
        var awaitsWorker = false
    }

    /// The request under way, as the status and the log show it.
    struct Label {
        var id = ""
        var target = ""
        var route = ""
        var isReportedSlow = false
    }

    /// What is known of the response under way. `@safe`, since the continuation is resumed by whoever takes it out,
    /// once.
    @safe
    struct Response {
        /// Known before the task's first instruction.
        var task: Task<Void, Never>?
        /// The task, while it waits for room in the socket.
        var roomWaiter: UnsafeContinuation<Void, Never>?
        /// For how long the client has let it wait.
        var wait = StallClock()
        /// For how long it has taken nothing of what a task has left unsent that does not wait.
        var backlog: StallClock?
        var cancellation: Cancellation?
        var cancelledAt: Int64 = 0
        var ending = Ending.open
        var abort = AbortSearch()
    }

    /// Who ends a response that is cancelled.
    enum Ending {
        /// Nobody so far.
        case open
        /// Its task: it makes the response look failed.
        case byTask
        /// The supervisor, since the task takes no notice; see ``breakOffIfIgnored(at:)``.
        case bySupervisor(BreakOff)
    }

    @safe
    struct State {
        var phase = Phase.closed
        /// When the phase began, or the request to come: monotonic milliseconds.
        var phaseSince: Int64 = 0
        /// Counts the requests, so that what comes late from one does not touch the next.
        var serial = 0
        var watch = Watch()
        var arrival = Arrival()
        var label = Label()
        var response = Response()
    }

    enum Flag {
        static let written: UInt8 = 1
        static let cancelled: UInt8 = 2
    }

    let state = Lock(State())
    let output: RecordStream
    private(set) var descriptor: Int32 = -1
    /// What has come of a request that did not come at once.
    var receiveBuffer: ReceiveBuffer
    /// How much of the receive buffer is counted as held.
    private var heldBytes = 0
    /// The request that is being answered, as far as it still waits in the kernel.
    private var peeked = PeekedRequest()
    let pool: WorkerPool
    let clock: ServerClock
    private let buffers: BufferPool
    private let requestGuard: RequestGuard
    let flags = Atomic<UInt8>(0)
    /// How many waits for room in a row took no longer than 5 ms.
    var quickWaits = 0
    /// Since when the task has not suspended, as far as is known, in monotonic microseconds.
    var turnBegan: Int64 = 0

    /// What is watched for besides `failed`, to see that the peer has left. On a unix socket nothing is: a peer that is
    /// gone shows as `failed` there, and one that has only closed its sending half still waits for its answer. On TCP
    /// the two look alike.
    private(set) var departure: Poller.Events = []

    init(pool: WorkerPool, buffers: BufferPool, requestGuard: RequestGuard, clock: ServerClock = .monotonic) {
        self.requestGuard = requestGuard
        receiveBuffer = ReceiveBuffer(guardedBy: requestGuard)
        self.pool = pool
        self.buffers = buffers
        self.clock = clock
        output = RecordStream(pool: buffers)
    }

    // MARK: - Life

    /// Takes over a new connection; the caller owns it and receives from it.
    func open(_ descriptor: Int32, isTCP: Bool) {
        self.descriptor = descriptor
        departure = isTCP ? .peerClosed : []
        state.withLock { state in
            let serial = state.serial
            state = State()
            state.serial = serial
            state.phase = .receiving
            state.phaseSince = clock.now
        }
    }

    /// Closes the connection. Nothing may use it after that until it is opened again.
    func close() {
        consumePeeked()
        output.reset()
        receiveBuffer = ReceiveBuffer(guardedBy: requestGuard)
        countHeld()
        state.withLock { state in
            state.phase = .closed
            state.response.task = nil
            closeDescriptor()
        }
    }

    /// To be called with the lock held.
    func closeDescriptor() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Counts the receive buffer as it is now as held.
    func countHeld() {
        guard receiveBuffer.count != heldBytes else { return }
        buffers.countHeld(receiveBuffer.count - heldBytes)
        heldBytes = receiveBuffer.count
    }

    /// The identity that events carry.
    var tag: UInt64 {
        UInt64(UInt(bitPattern: unsafe Unmanaged.passUnretained(self).toOpaque()))
    }

    static func tagged(_ tag: UInt64) -> Connection? {
        guard let pointer = unsafe UnsafeRawPointer(bitPattern: UInt(tag)) else { return nil }
        return unsafe Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
    }

    // MARK: - The peeked request

    /// How much of the request that is being answered waits in the kernel, in bytes.
    var peekedCount: Int { peeked.count }

    /// Notes that so many bytes of a request were peeked at only: they stay in the kernel until the response has ended
    /// at the latest.
    func leavePeeked(_ count: Int) {
        peeked.leave(count)
    }

    /// Leaves them there for good, so that the connection is reset when it closes.
    func abandonPeeked() {
        peeked.abandon()
    }

    /// Takes the peeked request out of the way of the next.
    ///
    /// - Returns: False if it could not be taken, and the connection must be closed.
    @discardableResult
    func consumePeeked() -> Bool {
        peeked.consume(from: descriptor)
    }

    /// The same, with room for more at a time.
    func consumePeeked(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        unsafe peeked.consume(from: descriptor, into: buffer)
    }
}
