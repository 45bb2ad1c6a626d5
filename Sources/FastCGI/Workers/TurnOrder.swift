/// Whose turn it is on a worker: requests that have just come, or tasks that go on.
///
/// A request that has come has its first turn at once, since most are done with it. Only when events have been handled
/// for ``eventSlice`` do the tasks that are ready go on, for ``jobSlice`` and one job at least; then the worker looks
/// at the events again, for twice as long if that one took long. So a short request waits for one turn of a long one,
/// however many of these there are, and none of them starves.
struct TurnOrder {
    /// How long tasks that go on have the worker while events may wait, in microseconds.
    static let jobSlice: Int64 = 500
    /// How long events have the worker while tasks wait, in microseconds.
    static let eventSlice: Int64 = 4000
    /// How long at most, however long the last job took.
    static let maximumEventSlice: Int64 = 100_000

    private enum Phase {
        case jobs(since: Int64?)
        case events(until: Int64)
    }

    /// How many events that others have reported are handled before the kernel is asked again: they may bring about one
    /// another.
    private static let maximumReported = 16

    private var phase = Phase.jobs(since: nil)
    private var reportedInARow = 0

    /// Whether a task that waits for its turn goes on now; otherwise the worker is to look at the events.
    ///
    /// - Parameter now: A monotonic moment in microseconds.
    mutating func mayRunJob(at now: Int64) -> Bool {
        switch phase {
        case .jobs(nil):
            phase = .jobs(since: now)
            return true
        case .jobs(let since?):
            if now - since < Self.jobSlice { return true }
            phase = Self.events(at: now, afterJobsSince: since)
            return false
        case .events(let end):
            guard now >= end else { return false }
            phase = .jobs(since: now)
            return true
        }
    }

    /// Whether an event that was reported is handled next; otherwise the kernel is to be asked.
    mutating func mayTakeReported() -> Bool {
        reportedInARow = reportedInARow < Self.maximumReported ? reportedInARow + 1 : 0
        return reportedInARow > 0
    }

    /// Notes that events are looked at, at a moment that is asked for when it counts.
    mutating func beginEvents(at now: @autoclosure () -> Int64) {
        if case .jobs(let since) = phase { phase = Self.events(at: now(), afterJobsSince: since) }
    }

    private static func events(at now: Int64, afterJobsSince since: Int64?) -> Phase {
        .events(until: now + min(max(eventSlice, 2 * (now - (since ?? now))), maximumEventSlice))
    }

    /// Notes that there are no events for now, or no tasks that wait: whatever comes next has its turn at once.
    mutating func reset() {
        phase = .jobs(since: nil)
    }
}
