internal import DownloadSystem

/// Lets a limited number of lines a second into the log, so that what clients can cause thousands of times a second
/// fills no disk.
final class LogRateLimit: Sendable {
    private struct State {
        var since: Int64 = .min / 2
        var taken = 0
        var leftOut = 0
    }

    private let linesPerSecond: Int
    private let state = Lock(State())

    init(linesPerSecond: Int = 1) {
        self.linesPerSecond = linesPerSecond
    }

    /// Asks to log one line at `now` (monotonic milliseconds).
    ///
    /// - Returns: How many lines were left out before this one in the second that has ended; nil if this one is to be
    ///   left out, too.
    func take(at now: Int64) -> Int? {
        state.withLock { state in
            if now - state.since >= 1000 {
                let leftOut = state.leftOut
                state = State(since: now, taken: 1)
                return leftOut
            }
            guard state.taken < linesPerSecond else {
                state.leftOut += 1
                return nil
            }
            state.taken += 1
            return 0
        }
    }

    /// Calls `log`, unless there were as many lines as may be in this second (`now`: monotonic milliseconds).
    func ifAllowed(_ now: Int64 = MonotonicClock.now, _ log: () -> Void) {
        if take(at: now) != nil { log() }
    }
}
