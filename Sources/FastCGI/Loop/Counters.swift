internal import Synchronization

/// What the server counts.
final class Counters: Sendable {
    let accepted = Atomic<Int>(0)
    let open = Atomic<Int>(0)
    let active = Atomic<Int>(0)
    let served = Atomic<Int>(0)
    let failed = Atomic<Int>(0)
    let aborted = Atomic<Int>(0)
    let timedOut = Atomic<Int>(0)
    let refusedConnections = Atomic<Int>(0)
    let bytes = Atomic<Int64>(0)
    private let lastLog = Atomic<Int64>(Int64.min / 2)
    private let requests = Atomic<UInt64>(0)

    /// A name for the next request, short enough to cost no allocation.
    func nextRequestID() -> String {
        String(requests.add(1, ordering: .relaxed).newValue, radix: 36)
    }

    func refused() {
        refusedConnections.add(1, ordering: .relaxed)
    }

    func finished(bytes count: Int64, failure: (any Error)?, cancellation: Cancellation?) {
        bytes.add(count, ordering: .relaxed)
        switch cancellation {
        case .clientLeft: aborted.add(1, ordering: .relaxed)
        case .writeTimedOut, .requestTimedOut: timedOut.add(1, ordering: .relaxed)
        case .serverStopped: failed.add(1, ordering: .relaxed)
        case nil where failure == nil: served.add(1, ordering: .relaxed)
        case nil: failed.add(1, ordering: .relaxed)
        }
    }

    /// Calls `log` unless it called one less than a second before `now` (milliseconds).
    func atMostOnceASecond(_ now: Int64, _ log: () -> Void) {
        let last = lastLog.load(ordering: .relaxed)
        guard now - last >= 1000, lastLog.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged else { return }
        log()
    }
}
