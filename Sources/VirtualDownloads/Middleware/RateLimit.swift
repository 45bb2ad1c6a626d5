public import DownloadCore
internal import DownloadSystem

/// Answers 429, with Retry-After, to clients that ask too often (RFC 6585 §4).
///
///     RateLimit(60, per: .seconds(60), by: .user)
///
/// So many requests may come at once, and they are earned back evenly over the interval. It counts in this process
/// alone.
public struct RateLimit: DownloadMiddleware {
    private let counter: Counter
    private let key: RequestKey
    private let now: @Sendable () -> Duration

    /// Creates a limit.
    ///
    /// - Parameters:
    ///   - requests: How many requests are allowed in any `interval`, at least 1.
    ///   - interval: The time in which they are earned back.
    ///   - key: What they are counted by; the default is the client's address.
    ///   - maximumKeys: How many keys are remembered at most, some 100 bytes each; then those are forgotten first that
    ///     could ask
    ///     soonest.
    public init(
        _ requests: Int,
        per interval: Duration,
        by key: RequestKey = .address,
        maximumKeys: Int = 100_000
    ) {
        let start = ContinuousClock.now
        self.init(requests, per: interval, by: key, maximumKeys: maximumKeys) { start.duration(to: .now) }
    }

    init(
        _ requests: Int,
        per interval: Duration,
        by key: RequestKey,
        maximumKeys: Int,
        now: @escaping @Sendable () -> Duration
    ) {
        let interval = max(interval, .nanoseconds(1))
        counter = Counter(cost: interval / max(1, requests), burst: interval, maximumKeys: max(1, maximumKeys))
        self.key = key
        self.now = now
    }

    public func willRespond(to request: inout DownloadRequest) throws -> DownloadResponse? {
        guard let key = key.key(request), let wait = counter.wait(of: key, at: now()) else { return nil }
        // Whole seconds, and not one too few.
        let (seconds, rest) = wait.components
        throw DownloadError.tooManyRequests(retryAfter: max(1, Int(seconds) + (rest > 0 ? 1 : 0)))
    }
}

/// When each key will have earned all of its requests back: the generic cell rate algorithm (ITU-T I.371), one number a
/// key.
private final class Counter: Sendable {
    private let cost: Duration
    private let burst: Duration
    private let maximumKeys: Int
    private let clearTimes = Lock<[WireText: Duration]>([:])

    init(cost: Duration, burst: Duration, maximumKeys: Int) {
        (self.cost, self.burst, self.maximumKeys) = (cost, burst, maximumKeys)
    }

    /// Counts a request; returns how long it should have waited, if it came too early, and then it is not counted.
    func wait(of key: WireText, at now: Duration) -> Duration? {
        clearTimes.withLock { times in
            let clear = max(times[key] ?? now, now) + cost
            guard clear <= now + burst else { return clear - now - burst }
            if times[key] == nil, times.count >= maximumKeys { forget(in: &times, at: now) }
            times[key] = clear
            return nil
        }
    }

    /// Drops the keys that owe nothing; if that is not enough, the half that owes least.
    private func forget(in times: inout [WireText: Duration], at now: Duration) {
        times = times.filter { $0.value > now }
        guard times.count >= maximumKeys else { return }
        let median = times.values.sorted()[times.count / 2]
        times = times.filter { $0.value > median }
    }
}
