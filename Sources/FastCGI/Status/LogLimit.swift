internal import DownloadSystem
internal import Synchronization

/// Keeps what can happen thousands of times a second from filling the log.
final class LogLimit: Sendable {
    private let last = Atomic<Int64>(.min / 2)

    /// Calls `log`, unless it has been called within the second before `now` (monotonic milliseconds).
    func atMostOnceASecond(_ now: Int64 = MonotonicClock.now, _ log: () -> Void) {
        let last = last.load(ordering: .relaxed)
        guard now - last >= 1000, self.last.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
        else { return }
        log()
    }
}
