/// For how long a client has taken nothing of what is ready for it. All moments are monotonic milliseconds.
struct StallClock {
    /// When the wait began.
    let start: Int64
    /// When the client, as far as is known, last took something.
    private(set) var takenAt: Int64
    private var lookedAt: Int64
    /// What lay unsent in the kernel at the last look.
    private var lastUnsentBytes: Int?

    init(at start: Int64 = 0) {
        self.start = start
        takenAt = start
        lookedAt = start
    }

    /// Whether the client has taken something within the limit.
    ///
    /// The kernel reports room only when there is much of it: for a client that is slow enough that is long after it
    /// began to take what there was. So what lies unsent is looked at, once a second or four times within the limit.
    ///
    /// - Parameter unsentBytes: How many bytes the kernel has for the client.
    mutating func hasTaken(within limit: Int64, at now: Int64, unsentBytes: () -> Int) -> Bool {
        if now - lookedAt >= min(limit / 4, 1000) {
            // Nobody has looked for longer than the limit, on a machine that is too busy: what the client has taken
            // meanwhile can't be told, and counts from now on.
            if lastUnsentBytes == nil, now - takenAt > limit { takenAt = now }
            look(at: now, unsentBytes())
        }
        return now - takenAt <= limit
    }

    /// Notes what lies unsent now.
    mutating func look(at now: Int64, _ unsentBytes: Int) {
        // Nothing left: then it waits for a worker, which may be blocked.
        if unsentBytes == 0 { takenAt = now }
        if let lastUnsentBytes, unsentBytes != lastUnsentBytes { takenAt = now }
        lastUnsentBytes = unsentBytes
        lookedAt = now
    }
}
