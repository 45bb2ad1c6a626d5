internal import Glibc

/// What a worker tells when a task has ended or suspended on it.
protocol TurnObserver: AnyObject, Sendable {
    /// Called once for each turn in which the task asked for it, on the worker's thread.
    func turnEnded()
}

/// What a thread of the pool has for itself.
///
/// Not `Sendable`: only its own thread reaches it, through ``current``. `@safe`, since the addresses it keeps are of
/// memory that it owns.
@safe
final class Worker {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        _ = unsafe pthread_key_create(&key, nil)
        return key
    }()

    /// The worker whose thread this is; nil on a thread of another kind.
    static var current: Worker? {
        guard let pointer = unsafe pthread_getspecific(key) else { return nil }
        return unsafe Unmanaged<Worker>.fromOpaque(pointer).takeUnretainedValue()
    }

    private var ownTally: (tally: Tally, statistics: Statistics)?
    /// How requests reach libfcgi.
    var requestPipe = RequestPipe()
    /// Where what is received is looked at first: 64 KiB.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    /// A record buffer between two requests, so that no other worker has to be asked for one.
    let spareBuffer = SpareBuffer()

    /// Whether the next task that becomes ready is this worker's own, which it then runs at once.
    private(set) var claimsNextJob = false
    private(set) var nextJob: UnownedJob?
    /// Whether this worker looks for events before it runs another job.
    var looksNext = false
    /// Whether this worker has taken a wake-up and run nothing since.
    var hasTakenWakeUp = false
    /// Whether the event that is being handled has brought a request that waits for its turn.
    var hasPostponed = false
    /// Whether a task that an event has made ready runs at once: nothing else waits for its turn.
    var resumesHere = true
    private var observers: [any TurnObserver] = []

    /// The first turn of a request, as long as it runs.
    struct FirstTurn {
        let target: String
        /// In monotonic microseconds.
        let began: Int64
        /// What the thread had used by then; nil where nothing was expected.
        let usage: ThreadUsage?
    }
    private var firstTurn: FirstTurn?

    private init() {}

    deinit {
        unsafe scratch.deallocate()
        if let (tally, statistics) = ownTally { statistics.giveBack(tally) }
    }

    /// Makes this thread a worker's while `body` runs, and no longer: what ends on the thread after that, as the engine
    /// and its handler may, finds none. Not left to the end of the object, which may come later, on another worker's
    /// thread.
    static func run(_ body: (Worker) -> Void) {
        let worker = Worker()
        _ = unsafe pthread_setspecific(key, Unmanaged.passUnretained(worker).toOpaque())
        body(worker)
        pthread_setspecific(key, nil)
    }

    /// Where this worker counts.
    func tally(of statistics: Statistics) -> Tally {
        if let tally = ownTally?.tally { return tally }
        let tally = statistics.takeTally()
        ownTally = (tally, statistics)
        return tally
    }

    // MARK: - Jobs

    /// Runs `makeReady`, which makes a task ready; the task is then the next thing this worker does, and no other takes
    /// it.
    func runNext(_ makeReady: () -> Void) {
        claimsNextJob = true
        makeReady()
        claimsNextJob = false
    }

    /// Makes a task ready that an event has brought on: it runs here at once, or takes its turn if others wait for
    /// theirs.
    func resume(_ makeReady: () -> Void) {
        if resumesHere { runNext(makeReady) } else { makeReady() }
    }

    /// Takes a job as the next; returns the one that was next before, if there was any.
    func claim(_ job: UnownedJob) -> UnownedJob? {
        defer { nextJob = job }
        return nextJob
    }

    func takeNextJob() -> UnownedJob? {
        defer { nextJob = nil }
        return nextJob
    }

    // MARK: - Turns

    /// Asks to be told when the task that runs, or is to run next, has ended or suspended.
    func observeTurn(_ observer: any TurnObserver) {
        observers.append(observer)
    }

    /// Called by the first turn of a request when it begins.
    func beginFirstTurn(_ turn: FirstTurn, observedBy observer: any TurnObserver) {
        firstTurn = turn
        observers.append(observer)
    }

    func takeFirstTurn() -> FirstTurn? {
        defer { firstTurn = nil }
        return firstTurn
    }

    /// Called after each job: what it has written is on its way while its generator waits.
    func endTurn() {
        guard !observers.isEmpty else { return }
        for observer in observers { observer.turnEnded() }
        observers.removeAll(keepingCapacity: true)
    }
}
