internal import DownloadSystem
internal import Synchronization

/// Lets a limited number of lines a second into the log: each failing request has its line, yet a client that causes
/// thousands of them fills no disk.
final class LogBudget: Sendable {
    enum Answer: Equatable {
        /// Log the line, after one that says how many before it were left out.
        case allowed(leftOut: Int)
        case leftOut
    }

    private struct State {
        var since: Int64 = .min / 2
        var taken = 0
        var leftOut = 0
    }

    private let linesPerSecond: Int
    private let state = Lock(State())

    init(linesPerSecond: Int = 100) {
        self.linesPerSecond = linesPerSecond
    }

    /// Asks to log one line at `now` (monotonic milliseconds).
    func take(at now: Int64) -> Answer {
        state.withLock { state in
            if now - state.since >= 1000 {
                let leftOut = state.leftOut
                state = State(since: now, taken: 1)
                return .allowed(leftOut: leftOut)
            }
            guard state.taken < linesPerSecond else {
                state.leftOut += 1
                return .leftOut
            }
            state.taken += 1
            return .allowed(leftOut: 0)
        }
    }
}
