/// Decides when views block all workers, and how many are to be added: one, then two more, then four.
struct WorkerGrowth {
    /// What the workers are doing at one moment.
    struct Sample {
        /// How many there are.
        var count: Int
        /// How many of them wait for something to do.
        var idle: Int
        /// How often any of them has looked for work.
        var progress: Int
        /// Whether something waits for a worker.
        var hasWork: Bool
    }

    /// How long all must have stood still, in milliseconds.
    static let patience: Int64 = 50

    private var lastProgress: Int?
    private var lastMove: Int64 = 0
    private var step = 1

    /// Whether all workers were blocked at the last look, with something to do for another.
    private(set) var isBlocked = false

    /// How many workers are to be added.
    ///
    /// - Parameters:
    ///   - now: A monotonic moment in milliseconds.
    ///   - maximum: How many there may be.
    mutating func look(at sample: Sample, _ now: Int64, maximum: Int) -> Int {
        isBlocked = false
        guard sample.idle == 0 else {
            step = 1
            lastProgress = nil
            return 0
        }
        guard sample.progress == lastProgress else {
            lastProgress = sample.progress
            lastMove = now
            return 0
        }
        // Nobody idle, nobody moved since, and someone waits.
        guard now - lastMove >= Self.patience, sample.hasWork else { return 0 }
        isBlocked = true
        let added = min(step, max(0, maximum - sample.count))
        if added > 0 { step *= 2 }
        return added
    }

    /// Notes that no worker could be added: the next look asks for as many again.
    mutating func addingFailed() {
        step = max(1, step / 2)
    }
}
