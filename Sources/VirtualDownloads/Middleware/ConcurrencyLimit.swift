public import DownloadCore
internal import DownloadSystem

/// Answers 429, with Retry-After, to clients with too many downloads under way at once.
///
///     ConcurrencyLimit(4, by: .user)
///
/// A download that is resumed in several parts at once, as `aria2c -x4` does, counts once for each part. It counts in
/// this process alone.
public struct ConcurrencyLimit: DownloadMiddleware {
    private let maximum: Int
    private let key: RequestKey
    private let retryAfter: Int
    private let underWay = UnderWay()

    /// Creates a limit.
    ///
    /// - Parameters:
    ///   - maximum: How many downloads may be under way at once, at least 1.
    ///   - key: What they are counted by; the default is the user, or else the client's address.
    ///   - retryAfter: After how many seconds a client that is refused may ask again.
    public init(_ maximum: Int, by key: RequestKey = .user, retryAfter: Int = 10) {
        self.maximum = max(1, maximum)
        self.key = key
        self.retryAfter = retryAfter
    }

    public func willRespond(to request: inout DownloadRequest) throws -> DownloadResponse? {
        guard let key = key.key(request) else { return nil }
        guard underWay.begin(key, atMost: maximum) else {
            throw DownloadError.tooManyRequests(retryAfter: retryAfter)
        }
        return nil
    }

    public func didRespond(to request: DownloadRequest) {
        if let key = key.key(request) { underWay.end(key) }
    }
}

/// How many downloads each key has under way.
private final class UnderWay: Sendable {
    private let counts = Lock<[WireText: Int]>([:])

    func begin(_ key: WireText, atMost maximum: Int) -> Bool {
        counts.withLock { counts in
            guard counts[key, default: 0] < maximum else { return false }
            counts[key, default: 0] += 1
            return true
        }
    }

    func end(_ key: WireText) {
        counts.withLock { counts in
            let rest = counts[key, default: 0] - 1
            counts[key] = rest > 0 ? rest : nil
        }
    }
}
