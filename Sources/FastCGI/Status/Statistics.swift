internal import CoreMetrics
internal import DownloadSystem
internal import Synchronization

/// What the server counts: for its status page, and through swift-metrics for whatever collects the user's metrics.
final class Statistics: Sendable {
    let accepted = Atomic<Int>(0)
    let open = Atomic<Int>(0)
    let active = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)
    private let aborted = Atomic<Int>(0)
    private let timedOut = Atomic<Int>(0)
    private let evicted = Atomic<Int>(0)
    /// Requests whose connections are closed and whose tasks go on: they took no notice of being cancelled.
    let leftRunning = Atomic<Int>(0)
    private let pauses = Atomic<Int>(0)
    /// What is counted at each request, in one place for each worker: one for all would be fought over.
    private let tallies = Lock<(all: [Tally], free: [Tally])>(([], []))
    // Unicode equality: names of this server's own.
    private let refused = Lock<[String: Int]>([:])
    /// Counts what ends on a thread other than a worker's.
    private let others = Tally()
    private let requests = Atomic<UInt64>(0)

    private let metrics: any MetricsFactory
    /// Whether anybody collects the metrics.
    private let isCollected: Bool
    private let acceptedMetric: Counter
    private let pausesMetric: Counter
    private let servedMetric: Counter
    private let failedMetric: Counter
    private let abortedMetric: Counter
    private let timedOutMetric: Counter
    private let evictedMetric: Counter
    private let bytesMetric: Counter
    private let activeMetric: Gauge
    private let idleMetric: Gauge
    private let durationMetric: Timer
    /// What others tell of themselves.
    let further: FurtherFigures

    init(metrics: any MetricsFactory = MetricsSystem.factory) {
        func requests(_ outcome: String) -> Counter {
            Counter(label: "downloadview_requests", dimensions: [("outcome", outcome)], factory: metrics)
        }
        self.metrics = metrics
        further = FurtherFigures(metrics: metrics)
        isCollected = !(metrics is NOOPMetricsHandler)
        acceptedMetric = Counter(label: "downloadview_connections_accepted", factory: metrics)
        pausesMetric = Counter(label: "downloadview_accepting_pauses", factory: metrics)
        servedMetric = requests("served")
        failedMetric = requests("failed")
        abortedMetric = requests("aborted")
        timedOutMetric = requests("timed_out")
        evictedMetric = requests("evicted")
        bytesMetric = Counter(label: "downloadview_content_bytes", factory: metrics)
        activeMetric = Gauge(label: "downloadview_requests_active", factory: metrics)
        idleMetric = Gauge(label: "downloadview_connections_idle", factory: metrics)
        durationMetric = Timer(label: "downloadview_request_duration", factory: metrics)
    }

    /// A place to count in, for a new worker.
    func takeTally() -> Tally {
        tallies.withLock { tallies in
            if let tally = tallies.free.popLast() { return tally }
            let tally = Tally()
            tallies.all.append(tally)
            return tally
        }
    }

    /// Keeps the tally of a worker that has ended, for the next new one to go on with.
    func giveBack(_ tally: Tally) {
        tallies.withLock { $0.free.append(tally) }
    }

    /// A name for the next request of a worker, short enough to cost no allocation.
    func nextRequestID(countedIn tally: Tally) -> String {
        if tally.nextID & (Self.idsAtOnce - 1) == 0 {
            tally.nextID = requests.add(Self.idsAtOnce, ordering: .relaxed).oldValue
        }
        tally.nextID += 1
        return String(tally.nextID, radix: 36)
    }

    /// How many request identifiers a worker takes at once.
    private static let idsAtOnce: UInt64 = 64

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

    /// Counts a pause in accepting, since descriptors or memory ran out.
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
    /// - Parameters:
    ///   - milliseconds: How long it took.
    ///   - tally: That of the worker whose thread this is; nil on another thread.
    func requestEnded(
        bytes count: Int64,
        milliseconds: Int64,
        outcome: RequestOutcome,
        countedIn tally: Tally?
    ) {
        (tally ?? others).count(bytes: count, isServed: outcome == .served)
        if isCollected {
            bytesMetric.increment(by: count)
            durationMetric.recordMilliseconds(milliseconds)
        }
        switch outcome {
        case .served:
            if isCollected { servedMetric.increment() }
        case .failed:
            failed.add(1, ordering: .relaxed)
            failedMetric.increment()
        case .aborted:
            aborted.add(1, ordering: .relaxed)
            abortedMetric.increment()
        case .timedOut:
            timedOut.add(1, ordering: .relaxed)
            timedOutMetric.increment()
        case .evicted:
            evicted.add(1, ordering: .relaxed)
            evictedMetric.increment()
        }
    }

    /// Hands on what is measured and not counted; called every tick.
    func recordGauges() {
        let active = active.load(ordering: .relaxed)
        activeMetric.record(active)
        idleMetric.record(max(0, open.load(ordering: .relaxed) - active))
        if isCollected { further.record() }
    }

    /// The totals since the start.
    var totals: ServerStatus.Totals {
        let tallies = self.tallies.withLock { $0.all } + [others]
        return ServerStatus.Totals(
            accepted: accepted.load(ordering: .relaxed),
            served: tallies.reduce(0) { $0 + $1.served },
            failed: failed.load(ordering: .relaxed),
            aborted: aborted.load(ordering: .relaxed),
            timedOut: timedOut.load(ordering: .relaxed),
            evicted: evicted.load(ordering: .relaxed),
            bytes: tallies.reduce(0) { $0 + $1.bytes },
            pauses: pauses.load(ordering: .relaxed),
            refused: refused.withLock { $0 }
        )
    }
}

/// What one worker has served.
///
/// `@unchecked Sendable`: the counts are atomic; `nextID` is used by the one worker that has taken the tally, and
/// passes from one to the next under the lock of ``Statistics``.
final class Tally: @unchecked Sendable {
    private let servedCount = Atomic<Int>(0)
    private let byteCount = Atomic<Int64>(0)
    /// The identifier of the worker's last request; 0 before the first.
    fileprivate var nextID: UInt64 = 0

    var served: Int { servedCount.load(ordering: .relaxed) }
    var bytes: Int64 { byteCount.load(ordering: .relaxed) }

    fileprivate func count(bytes: Int64, isServed: Bool) {
        if isServed { servedCount.add(1, ordering: .relaxed) }
        byteCount.add(bytes, ordering: .relaxed)
    }
}
