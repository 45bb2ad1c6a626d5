internal import CoreMetrics
internal import Synchronization

/// What the server counts: for its status page, and through swift-metrics for whatever collects the user's metrics.
final class Statistics: Sendable {
    let accepted = Atomic<Int>(0)
    let open = Atomic<Int>(0)
    let active = Atomic<Int>(0)
    private let served = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)
    private let aborted = Atomic<Int>(0)
    private let timedOut = Atomic<Int>(0)
    private let bytes = Atomic<Int64>(0)
    private let refused = Lock<[String: Int]>([:])
    private let requests = Atomic<UInt64>(0)

    private let acceptedMetric = Counter(label: "downloadview_connections_accepted")
    private let servedMetric = Counter(label: "downloadview_requests", dimensions: [("outcome", "served")])
    private let failedMetric = Counter(label: "downloadview_requests", dimensions: [("outcome", "failed")])
    private let abortedMetric = Counter(label: "downloadview_requests", dimensions: [("outcome", "aborted")])
    private let timedOutMetric = Counter(label: "downloadview_requests", dimensions: [("outcome", "timed_out")])
    private let bytesMetric = Counter(label: "downloadview_content_bytes")
    private let activeMetric = Gauge(label: "downloadview_requests_active")
    private let idleMetric = Gauge(label: "downloadview_connections_idle")
    private let durationMetric = Timer(label: "downloadview_request_duration")

    /// A name for the next request, short enough to cost no allocation.
    func nextRequestID() -> String {
        String(requests.add(1, ordering: .relaxed).newValue, radix: 36)
    }

    func connectionAccepted() {
        accepted.add(1, ordering: .relaxed)
        open.add(1, ordering: .relaxed)
        acceptedMetric.increment()
    }

    /// Counts a connection or request that was turned away, by a short reason fit for a metric's label.
    func requestRefused(_ reason: String) {
        refused.withLock { $0[reason, default: 0] += 1 }
        Counter(label: "downloadview_refused", dimensions: [("reason", reason)]).increment()
    }

    /// Counts a request that did not arrive in time.
    func receiveTimedOut() {
        timedOut.add(1, ordering: .relaxed)
        timedOutMetric.increment()
    }

    /// Counts the end of a request.
    ///
    /// - Parameter milliseconds: How long it took.
    func requestEnded(bytes count: Int64, milliseconds: Int64, failure: (any Error)?, cancellation: Cancellation?) {
        bytes.add(count, ordering: .relaxed)
        bytesMetric.increment(by: count)
        durationMetric.recordMilliseconds(milliseconds)
        switch cancellation {
        case .clientLeft:
            aborted.add(1, ordering: .relaxed)
            abortedMetric.increment()
        case .writeTimedOut, .requestTimedOut:
            timedOut.add(1, ordering: .relaxed)
            timedOutMetric.increment()
        case nil where failure == nil:
            served.add(1, ordering: .relaxed)
            servedMetric.increment()
        case .serverStopped, nil:
            failed.add(1, ordering: .relaxed)
            failedMetric.increment()
        }
    }

    /// Hands on what is measured and not counted; called every tick.
    func recordGauges() {
        let active = active.load(ordering: .relaxed)
        activeMetric.record(active)
        idleMetric.record(max(0, open.load(ordering: .relaxed) - active))
    }

    /// The totals since the start.
    var totals: ServerStatus.Totals {
        ServerStatus.Totals(
            accepted: accepted.load(ordering: .relaxed),
            served: served.load(ordering: .relaxed),
            failed: failed.load(ordering: .relaxed),
            aborted: aborted.load(ordering: .relaxed),
            timedOut: timedOut.load(ordering: .relaxed),
            bytes: bytes.load(ordering: .relaxed),
            refused: refused.withLock { $0 }
        )
    }
}
