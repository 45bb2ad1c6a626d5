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

    /// An object, since a thread gives the lock up while it waits: of a value that it has `inout` the compiler may take
    /// for granted that nobody else changes it meanwhile.
    ///
    /// `@unchecked Sendable`: it is touched by who has the lock alone.
    private final class State: @unchecked Sendable {
        var work: [Work] = []
        /// Where the work that is next lies.
        var head = 0
        var threads = 0
        var idle = 0

        var waiting: Int { work.count - head }

        func next() -> Work? {
            guard head < work.count else { return nil }
            defer {
                head += 1
                if head * 2 >= work.count {
                    work.removeFirst(head)
                    head = 0
                }
            }
            return work[head]
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
        add(.job(UnownedJob(job)))
    }

    /// Runs `body` on one of the threads, and suspends the caller meanwhile.
    ///
    /// It is not cancelled with the caller's task: what blocks can't be.
    package func run<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Swift.Result<Result, Failure>, Never>) in
            add(
                .body {
                    do throws(Failure) {
                        continuation.resume(returning: .success(try body()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            )
        }
        return try result.get()
    }

    /// How many threads there are now.
    package var count: Int { lock.withLock { $0.threads } }

    /// Runs `body` on one of the threads some time.
    package func detach(_ body: @escaping @Sendable () -> Void) {
        add(.body(body))
    }

    private func add(_ work: Work) {
        let starts = lock.withLock { state in
            state.work.append(work)
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
