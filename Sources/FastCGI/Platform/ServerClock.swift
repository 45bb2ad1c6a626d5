internal import DownloadSystem

/// Where the server takes the time from for its limits: the monotonic clock, or what a test says.
struct ServerClock: Sendable {
    static let monotonic = ServerClock(read: nil)

    private let read: (@Sendable () -> Int64)?

    private init(read: (@Sendable () -> Int64)?) {
        self.read = read
    }

    /// A clock that shows what `read` returns, in milliseconds.
    init(_ read: @escaping @Sendable () -> Int64) {
        self.read = read
    }

    /// Milliseconds since some moment before the server was made.
    var now: Int64 {
        if let read { read() } else { MonotonicClock.now }
    }
}
