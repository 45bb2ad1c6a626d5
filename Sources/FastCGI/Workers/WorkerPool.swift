internal import DownloadSystem
internal import Glibc
internal import Synchronization

/// A few threads that run the requests' tasks and wait for descriptors, all from one queue and one set: no thread waits
/// for a client, and a thread that a view blocks leaves its work to the others.
final class WorkerPool: TaskExecutor, Sendable {
    /// Called by a worker with each event that is not the pool's own.
    typealias Handle = @Sendable (UInt64, Poller.Events) -> Void

    let poller: Poller
    /// The jobs of tasks that can go on.
    let jobs = WorkQueue<UnownedJob>()
    /// Events that a worker has taken together with its own, or has reported: any other may take them on.
    let events = WorkQueue<Poller.Event>()
    let longFirstTurns = LongFirstTurns()
    /// Called with the target of a request whose first turn took ``heldLimit`` or longer, and with how long it took, in
    /// microseconds.
    let noteHeld = Lock<(@Sendable (_ target: String, _ microseconds: Int64) -> Void)?>(nil)
    /// What no turn takes of a view that lets go of its thread where it waits: a second, in microseconds.
    let heldLimit = Atomic<Int64>(1_000_000)
    let sleeping = Atomic<Int>(0)
    private let living = Atomic<Int>(0)
    private let counters = Lock<[ProgressCounter]>([])
    private let stopping = Atomic<Bool>(false)
    private let threads = Lock<[Thread]>([])

    init() throws(SystemError) {
        poller = try Poller()
    }

    // MARK: - Executor

    func enqueue(_ job: consuming ExecutorJob) {
        var job = UnownedJob(job)
        if let worker = Worker.current, worker.claimsNextJob {
            guard let replaced = worker.claim(job) else { return }
            job = replaced
        }
        // Whoever enqueues need not keep the executor: that does the task, which may have ended before this returns.
        let itself = unsafe Unmanaged.passRetained(self)
        defer { unsafe itself.release() }
        jobs.append(job)
        wakeSleeper()
        if isStopping { runLeftBehind() }
    }

    /// Makes what a worker would run next wait for its turn, behind all that waits.
    func postponeNextJob(of worker: Worker) {
        guard let job = worker.takeNextJob() else { return }
        worker.hasPostponed = true
        jobs.append(job)
        wakeSleeper()
    }

    /// Makes a worker take up an event as if the kernel had reported it.
    func report(_ event: Poller.Event) {
        events.append(event)
        wakeSleeper()
    }

    func wakeSleeper() {
        if sleeping.load(ordering: .sequentiallyConsistent) > 0 { poller.wake() }
    }

    // MARK: - Figures

    /// How many workers there are.
    var count: Int { living.load(ordering: .relaxed) }

    /// How many workers wait for something to do.
    var idleCount: Int { sleeping.load(ordering: .relaxed) }

    /// How many jobs wait for a worker.
    var queuedJobs: Int { jobs.count }

    /// How often any worker has looked for work: it stands still while all are blocked.
    var progress: Int { counters.withLock { $0.reduce(0) { $0 &+ $1.count } } }

    /// Whether something waits for a worker to take it.
    var hasWork: Bool { jobs.count > 0 || events.count > 0 || poller.hasPendingEvent }

    var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }

    // MARK: - Threads

    /// Adds a worker. A temporary one ends when it was not needed for ``temporaryStay``.
    ///
    /// - Parameter handle: Kept by the worker, not by the pool: what it needs lives until the worker ends, however long
    ///   that takes, and no longer.
    func addWorker(temporary: Bool, handle: @escaping Handle) throws(SystemError) {
        living.add(1, ordering: .relaxed)
        do {
            let thread = try Thread { [self] in
                Thread.preferThroughput()
                Worker.run { worker in
                    worker.requestPipe.prepare()
                    runCounted(worker, temporary: temporary, handle)
                }
            }
            if temporary { thread.detach() } else { threads.withLock { $0.append(thread) } }
        } catch {
            living.subtract(1, ordering: .relaxed)
            throw error
        }
    }

    /// Ends the workers after what they are running; returns when all have ended, or after `milliseconds`.
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

    /// Runs jobs of tasks that ignored cancellation, after the last worker has ended. Without this their connections
    /// and captured state would never be released.
    private func runLeftBehind() {
        guard jobs.count > 0 else { return }
        guard living.compareExchange(expected: 0, desired: 1, ordering: .sequentiallyConsistent).exchanged else {
            return
        }
        do {
            try Thread.detach { [self] in
                // Its connection is broken off: there is no event that it could wait for.
                Worker.run { runCounted($0, temporary: false) { _, _ in } }
            }
        } catch {
            // It waits for another task to go on, or without end: there is nobody left to report it to.
            living.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    private func runCounted(_ worker: Worker, temporary: Bool, _ handle: Handle) {
        let progress = ProgressCounter()
        counters.withLock { $0.append(progress) }
        work(as: worker, counting: progress, temporary: temporary, handle)
        counters.withLock { $0.removeAll { $0 === progress } }
        living.subtract(1, ordering: .sequentiallyConsistent)
        // What came while this one was about to end.
        if isStopping { runLeftBehind() }
    }
}
