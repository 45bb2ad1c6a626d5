internal import Synchronization

/// The jobs of suspended tasks that can go on, first come, first served, shared by all workers.
final class JobQueue: Sendable {
    private struct Storage {
        var jobs: [UnownedJob] = []
        var head = 0
    }

    private let storage = Lock(Storage())
    private let waiting = Atomic<Int>(0)

    /// How many jobs wait.
    var count: Int { waiting.load(ordering: .sequentiallyConsistent) }

    func append(_ job: UnownedJob) {
        storage.withLock { $0.jobs.append(job) }
        waiting.add(1, ordering: .sequentiallyConsistent)
    }

    func takeFirst() -> UnownedJob? {
        guard waiting.load(ordering: .sequentiallyConsistent) > 0 else { return nil }
        let job: UnownedJob? = storage.withLock { storage in
            guard storage.head < storage.jobs.count else { return nil }
            defer {
                storage.head += 1
                // Moving what is left costs no more than what was taken since the last time.
                if storage.head * 2 >= storage.jobs.count {
                    storage.jobs.removeFirst(storage.head)
                    storage.head = 0
                }
            }
            return storage.jobs[storage.head]
        }
        if job != nil { waiting.subtract(1, ordering: .sequentiallyConsistent) }
        return job
    }
}
