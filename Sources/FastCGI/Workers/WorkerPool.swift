internal import DownloadSystem
internal import Glibc
internal import Synchronization

/// A few threads that run the requests' tasks and wait for descriptors, all from one queue and one set: no thread waits for a
/// client, and a thread that a view blocks leaves its work to the others.
final class WorkerPool: TaskExecutor, Sendable {
    /// Called by a worker with each event that is not the pool's own.
    typealias Handle = @Sendable (UInt64, Poller.Events) -> Void

    let poller: Poller
    /// The jobs of suspended tasks that can go on.
    private let jobs = WorkQueue<UnownedJob>()
    /// Events that a worker has taken with its own, or has reported: any other may take them on.
    private let events = WorkQueue<Poller.Event>()
    private let sleeping = Atomic<Int>(0)
    private let living = Atomic<Int>(0)
    /// Each worker's own counter, since one for all would be fought over at every turn.
    private let counters = Lock<[Rounds]>([])
    private let stopping = Atomic<Bool>(false)
    private let threads = Lock<[Thread]>([])

    init() throws(SystemError) {
        poller = try Poller()
    }

    // MARK: - Executor

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if let worker = Worker.current, worker.keepsNextJob, worker.nextJob == nil {
            worker.nextJob = job
            return
        }
        jobs.append(job)
        if sleeping.load(ordering: .sequentiallyConsistent) > 0 { poller.wake() }
        if stopping.load(ordering: .sequentiallyConsistent) { runLeftBehind() }
    }

    /// Has a worker take up an event as if the kernel had told of it.
    func report(_ event: Poller.Event) {
        events.append(event)
        if sleeping.load(ordering: .sequentiallyConsistent) > 0 { poller.wake() }
    }

    // MARK: - Threads

    /// How many workers there are.
    var count: Int { living.load(ordering: .relaxed) }

    /// How many workers wait for something to do.
    var idleCount: Int { sleeping.load(ordering: .relaxed) }

    /// How many jobs wait for a worker.
    var queuedJobs: Int { jobs.count }

    /// How often any worker has looked for work: it stands still while all are blocked.
    var progress: Int { counters.withLock { $0.reduce(0) { $0 &+ $1.count.load(ordering: .relaxed) } } }

    /// Whether something waits for a worker to take it.
    var hasWork: Bool { jobs.count > 0 || events.count > 0 || poller.hasPendingEvent }

    /// How long a temporary worker stays that is not needed, in milliseconds.
    private static let temporaryStay: Int32 = 10_000

    /// Adds a worker; a temporary one ends when it was not needed for ten seconds: it had nothing to do, or others had not.
    ///
    /// - Parameter handle: Kept by the worker, not by the pool: what it needs lives until the worker ends, however long that takes,
    ///   and no longer.
    func addWorker(temporary: Bool, handle: @escaping Handle) throws(SystemError) {
        living.add(1, ordering: .relaxed)
        do {
            let thread = try Thread { [self] in
                Thread.preferThroughput()
                let worker = Worker()
                worker.becomeCurrent()
                worker.handover.prepare()
                work(as: worker, temporary: temporary, handle)
            }
            if temporary { thread.detach() } else { threads.withLock { $0.append(thread) } }
        } catch {
            living.subtract(1, ordering: .relaxed)
            throw error
        }
    }

    /// Ends the workers after what they are running; returns when the permanent ones have ended, or after `milliseconds`.
    func stop(within milliseconds: Int64) {
        stopping.store(true, ordering: .sequentiallyConsistent)
        poller.wake(UInt64(count) + 1)
        let deadline = MonotonicClock.now + milliseconds
        while count > 0, MonotonicClock.now < deadline {
            usleep(1000)
            if idleCount > 0 { poller.wake(UInt64(count)) }
        }
        let threads = self.threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads {
            if count == 0 { thread.join() } else { thread.detach() }
        }
    }

    /// Has a thread run what a task still has to do that took no notice of being cancelled, and goes on when all workers have ended: else
    /// it would keep for ever what it holds, a connection and what its view has borrowed of the program that the server is a part of.
    private func runLeftBehind() {
        guard jobs.count > 0 else { return }
        guard living.compareExchange(expected: 0, desired: 1, ordering: .sequentiallyConsistent).exchanged else {
            return
        }
        do {
            try Thread.detach { [self] in
                let worker = Worker()
                worker.becomeCurrent()
                // Its connection is broken off: there is no event that it could wait for.
                work(as: worker, temporary: false) { _, _ in }
            }
        } catch {
            // It waits for another task to go on, or for ever: there is nobody to tell any more.
            living.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    /// What a worker thread does until the pool stops.
    fileprivate func work(as worker: Worker, temporary: Bool, _ handle: Handle) {
        let rounds = Rounds()
        counters.withLock { $0.append(rounds) }
        defer {
            counters.withLock { $0.removeAll { $0 === rounds } }
            living.subtract(1, ordering: .sequentiallyConsistent)
            // What came while this one was about to end.
            if stopping.load(ordering: .sequentiallyConsistent) { runLeftBehind() }
        }
        var jobsInARow = 0
        var eventsInARow = 0
        var lastNeeded = MonotonicClock.now
        while true {
            rounds.count.store(rounds.count.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
            // After some jobs the descriptors get a look too, so that tasks which keep each other busy starve no connection; and at
            // once when a task has given way to what waits.
            if jobsInARow < 16, !worker.looksNext, let job = worker.takeNextJob() ?? jobs.takeFirst() {
                jobsInARow += 1
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
                worker.flushWritten()
                continue
            }
            worker.looksNext = false
            // Before any event: whom it would be handed to may be gone when a worker was blocked for longer than the end took.
            if stopping.load(ordering: .sequentiallyConsistent) {
                guard jobs.count > 0 || worker.nextJob != nil else { return }
                jobsInARow = 0
                continue
            }
            // As with jobs: web servers that send one request behind another have an event reported after each answer.
            if eventsInARow < 16, let event = events.takeFirst() {
                jobsInARow = 0
                eventsInARow += 1
                perform(event, by: worker, handle)
                continue
            }
            let looksOnly = jobsInARow > 0 && (jobs.count > 0 || worker.nextJob != nil)
            jobsInARow = 0
            eventsInARow = 0
            if temporary {
                let now = MonotonicClock.now
                if sleeping.load(ordering: .relaxed) == 0 { lastNeeded = now }
                if !looksOnly, now - lastNeeded >= Int64(Self.temporaryStay) {
                    // Whoever counted on this worker to be awake is served by those that sleep.
                    if jobs.count > 0 || events.count > 0 { poller.wake() }
                    return
                }
            }
            // While others sleep each gets its own event. While all are busy one call takes several.
            let others = sleeping.add(1, ordering: .sequentiallyConsistent).oldValue
            let hasWork = looksOnly || jobs.count > 0 || events.count > 0
            let timeout: Int32 = hasWork ? 0 : (temporary ? Self.temporaryStay : -1)
            var first: Poller.Event?
            let count = poller.wait(milliseconds: timeout, upTo: others == 0 ? Poller.maximumBatch : 1) { event in
                if first == nil { first = event } else { events.append(event) }
            }
            sleeping.subtract(1, ordering: .sequentiallyConsistent)
            guard let first else {
                if temporary, timeout > 0 { return }
                continue
            }
            let sleepers = sleeping.load(ordering: .sequentiallyConsistent)
            if count > 1, sleepers > 0 { poller.wake(UInt64(min(sleepers, count - 1))) }
            perform(first, by: worker, handle)
        }
    }

    private func perform(_ event: Poller.Event, by worker: Worker, _ handle: Handle) {
        if event.tag == Poller.wakeUpTag {
            poller.consumeWakeUp()
        } else {
            handle(event.tag, event.events)
            worker.flushWritten()
        }
    }
}

/// How often a worker has looked for work.
private final class Rounds: Sendable {
    let count = Atomic<Int>(0)
}

/// What a thread of the pool has for itself.
///
/// Not `Sendable`: only its own thread reaches it, through ``current``.
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
    var handover = Handover()
    /// Where what is received is looked at first: 64 KiB.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    /// True while the loop itself resumes a task: this worker then runs it next, without waking another.
    private(set) var keepsNextJob = false
    fileprivate(set) var nextJob: UnownedJob?
    /// Whether this worker looks for events before it runs another job.
    var looksNext = false
    private var written: [Connection] = []
    /// A record buffer between two requests, so that no other worker has to be asked for one.
    private var spareBuffer: UnsafeMutablePointer<UInt8>?

    fileprivate init() {}

    deinit {
        // What ends on the thread after this, as the engine and its handler may, must not find it.
        pthread_setspecific(Worker.key, nil)
        unsafe scratch.deallocate()
        if let (tally, statistics) = ownTally { statistics.giveBack(tally) }
        if let spareBuffer = unsafe spareBuffer { unsafe spareBuffer.deallocate() }
    }

    /// Where this worker counts.
    func tally(of statistics: Statistics) -> Tally {
        if let tally = ownTally?.tally { return tally }
        let tally = statistics.takeTally()
        ownTally = (tally, statistics)
        return tally
    }

    /// The buffer that was put aside here, if there is one.
    func takeBuffer() -> UnsafeMutablePointer<UInt8>? {
        defer { unsafe spareBuffer = nil }
        return unsafe spareBuffer
    }

    /// Puts a buffer aside; false if there is one already.
    func keepBuffer(_ buffer: UnsafeMutablePointer<UInt8>) -> Bool {
        guard unsafe spareBuffer == nil else { return false }
        unsafe spareBuffer = buffer
        return true
    }

    fileprivate func becomeCurrent() {
        _ = unsafe pthread_setspecific(Worker.key, Unmanaged.passUnretained(self).toOpaque())
    }

    fileprivate func takeNextJob() -> UnownedJob? {
        defer { nextJob = nil }
        return nextJob
    }

    /// Resumes a task on this worker, as the next thing it does.
    func resumeHere(_ resume: () -> Void) {
        keepsNextJob = true
        resume()
        keepsNextJob = false
    }

    /// Remembers that the running task wrote to a connection.
    func noteWritten(_ connection: Connection) {
        written.append(connection)
    }

    /// Sends what the task has written that has just ended or suspended: what is written is on its way while a generator waits.
    func flushWritten() {
        guard !written.isEmpty else { return }
        for connection in written { connection.flushAfterSuspension() }
        written.removeAll(keepingCapacity: true)
    }
}
