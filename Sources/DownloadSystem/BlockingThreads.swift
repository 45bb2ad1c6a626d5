#if os(Linux)
internal import Glibc

/// Threads for what blocks: the disk, or a generator that computes. A bounded few, started when there is work for them
/// and ended when there was none for ten seconds.
///
/// A task that prefers it as its executor runs on these threads, and holds none while it is suspended.
package final class BlockingThreads: TaskExecutor {
    private enum Work {
        case job(UnownedJob)
        case body(() -> Void)
    }

    private enum Waiting {
        case work(Work)
        case detached(Detached)
    }

    /// Work that may be taken back before it has begun.
    ///
    /// `@unchecked Sendable`: it is touched by who has the lock of its threads alone.
    package final class Detached: @unchecked Sendable {
        /// Nil once it has begun or was taken back.
        fileprivate var body: (() -> Void)?

        fileprivate init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// An object, since a thread gives the lock up while it waits: of a value that it has `inout` the compiler may take
    /// for granted that nobody else changes it meanwhile.
    ///
    /// `@unchecked Sendable`: it is touched by who has the lock alone.
    private final class State: @unchecked Sendable {
        private var queue: [Waiting] = []
        /// Where the work that is next lies.
        private var head = 0
        /// How many that wait were taken back.
        private var withdrawn = 0
        var threads = 0
        var idle = 0

        /// How much work waits.
        var waiting: Int { queue.count - head - withdrawn }

        func append(_ work: Waiting) {
            queue.append(work)
        }

        func next() -> Work? {
            while head < queue.count {
                let next = queue[head]
                head += 1
                if head * 2 >= queue.count {
                    queue.removeFirst(head)
                    head = 0
                }
                switch next {
                case .work(let work):
                    return work
                case .detached(let detached):
                    if let body = take(detached) { return .body(body) }
                    withdrawn -= 1
                }
            }
            return nil
        }

        /// Forgets work that waits; returns what was to be run, nil if it waits no longer.
        func withdraw(_ detached: Detached) -> (() -> Void)? {
            guard let body = take(detached) else { return nil }
            withdrawn += 1
            if withdrawn > waiting {
                queue = queue[head...]
                    .filter { if case .detached(let detached) = $0 { detached.body != nil } else { true } }
                head = 0
                withdrawn = 0
            }
            return body
        }

        private func take(_ detached: Detached) -> (() -> Void)? {
            defer { detached.body = nil }
            return detached.body
        }
    }

    private let lock = Lock(State())
    private let condition: Condition
    private let maximum: Int
    private let niceness: Int32
    private let afterwards: @Sendable () -> Void
    private let startThread: @Sendable (@escaping @Sendable () -> Void) throws(SystemError) -> Void

    /// - Parameters:
    ///   - maximum: How many threads there are at most, at least 1.
    ///   - niceness: How much the threads give way to others: 0 not at all, 19 the most.
    ///   - afterwards: Called by a thread each time that a task on it has suspended or ended.
    ///   - startThread: Starts a thread that ends by itself.
    package init(
        maximum: Int,
        niceness: Int32 = 0,
        afterwards: @escaping @Sendable () -> Void = {},
        startThread: @escaping @Sendable (@escaping @Sendable () -> Void) throws(SystemError) -> Void = Thread.detach
    ) {
        self.maximum = max(1, maximum)
        self.niceness = niceness
        self.afterwards = afterwards
        self.startThread = startThread
        condition = Condition()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        // Whoever enqueues need not keep the executor: that does the task, which may have ended before this returns.
        let itself = unsafe Unmanaged.passRetained(self)
        defer { unsafe itself.release() }
        add(.work(.job(UnownedJob(job))))
    }

    /// Runs `body` on one of the threads, and suspends the caller meanwhile.
    ///
    /// It is not cancelled with the caller's task: what blocks can't be.
    package func run<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Swift.Result<Result, Failure>, Never>) in
            let work = Work.body {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            add(.work(work))
        }
        return try result.get()
    }

    /// How many threads there are now.
    package var count: Int { lock.withLock { $0.threads } }

    /// Runs `body` on one of the threads some time, unless it is taken back before.
    @discardableResult
    package func detach(_ body: @escaping @Sendable () -> Void) -> Detached {
        let detached = Detached(body)
        add(.detached(detached))
        return detached
    }

    /// Takes back what has not begun, so that nothing of it is kept. Does nothing to what has.
    package func withdraw(_ detached: Detached) {
        // What it refers to may be much, and is let go without the lock.
        _ = lock.withLock { state in state.withdraw(detached) }
    }

    private func add(_ work: Waiting) {
        let starts = lock.withLock { state in
            state.append(work)
            guard state.waiting > state.idle, state.threads < maximum else {
                condition.signal()
                return false
            }
            state.threads += 1
            return true
        }
        guard starts else { return }
        do {
            try startThread { [self] in workUntilIdle() }
        } catch {
            lock.withLock { $0.threads -= 1 }
            // Others take it over; if there are none, it is better done here than never: with what was added
            // meanwhile, in the belief that this thread would take it.
            while let work = lock.withLock({ state in state.threads == 0 ? state.next() : nil }) { perform(work) }
        }
    }

    private func workUntilIdle() {
        if niceness != 0 { Thread.giveWay(niceness) }
        while let work = lock.withLock({ state in takeNext(of: state) }) { perform(work) }
    }

    /// The next work, which is waited for; nil when the thread is to end.
    private func takeNext(of state: State) -> Work? {
        let deadline = Condition.Deadline(secondsFromNow: 10)
        while true {
            if let work = state.next() { return work }
            state.idle += 1
            let isInTime = condition.wait(with: lock, until: deadline)
            state.idle -= 1
            guard isInTime || state.waiting > 0 else {
                state.threads -= 1
                return nil
            }
        }
    }

    private func perform(_ work: Work) {
        switch work {
        case .job(let job):
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            afterwards()
        case .body(let body):
            body()
        }
    }
}

/// A condition of the C library's, which a thread waits for with a ``Lock`` in its hands.
///
/// `@unchecked Sendable`: it may be used by any thread.
@safe
private final class Condition: @unchecked Sendable {
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    struct Deadline {
        fileprivate var time = timespec()

        init(secondsFromNow seconds: Int) {
            _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            time.tv_sec += seconds
        }
    }

    init() {
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deallocate()
    }

    func signal() {
        unsafe pthread_cond_signal(condition)
    }

    /// Gives the lock up, waits, and has it again; false if the deadline has passed.
    func wait<Value>(with lock: Lock<Value>, until deadline: Deadline) -> Bool {
        var time = deadline.time
        return unsafe pthread_cond_timedwait(condition, lock.mutex, &time) != ETIMEDOUT
    }
}
#endif
