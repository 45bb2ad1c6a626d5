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
    private let pauses = Atomic<Int>(0)
    private let bytes = Atomic<Int64>(0)
    private let refused = Lock<[String: Int]>([:])
    private let requests = Atomic<UInt64>(0)

    private let metrics: any MetricsFactory
    private let acceptedMetric: Counter
    private let pausesMetric: Counter
    private let servedMetric: Counter
    private let failedMetric: Counter
    private let abortedMetric: Counter
    private let timedOutMetric: Counter
    private let bytesMetric: Counter
    private let activeMetric: Gauge
    private let idleMetric: Gauge
    private let durationMetric: Timer

    init(metrics: any MetricsFactory = MetricsSystem.factory) {
        func requests(_ outcome: String) -> Counter {
            Counter(label: "downloadview_requests", dimensions: [("outcome", outcome)], factory: metrics)
        }
        self.metrics = metrics
        acceptedMetric = Counter(label: "downloadview_connections_accepted", factory: metrics)
        pausesMetric = Counter(label: "downloadview_accepting_pauses", factory: metrics)
        servedMetric = requests("served")
        failedMetric = requests("failed")
        abortedMetric = requests("aborted")
        timedOutMetric = requests("timed_out")
        bytesMetric = Counter(label: "downloadview_content_bytes", factory: metrics)
        activeMetric = Gauge(label: "downloadview_requests_active", factory: metrics)
        idleMetric = Gauge(label: "downloadview_connections_idle", factory: metrics)
        durationMetric = Timer(label: "downloadview_request_duration", factory: metrics)
    }

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
        Counter(label: "downloadview_refused", dimensions: [("reason", reason)], factory: metrics).increment()
    }

    /// Counts a pause in accepting, for want of descriptors or memory.
    func acceptingPaused() {
        pauses.add(1, ordering: .relaxed)
        pausesMetric.increment()
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
            pauses: pauses.load(ordering: .relaxed),
            refused: refused.withLock { $0 }
        )
    }
}
