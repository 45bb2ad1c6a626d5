/// What tells code that blocks that nobody wants its result any more: the client has left, a limit was passed, or all
/// that a range asked for is there.
public struct BlockingCancellation {
    /// How long a call has to end before it is interrupted again.
    static let interruptInterval = Duration.milliseconds(100)

    private let channel: any Cancellable

    init(_ channel: any Cancellable) {
        self.channel = channel
    }

    /// Whether nobody wants the rest any more.
    public var isCancelled: Bool { channel.isCancelled }

    /// Throws `CancellationError` when nobody wants the rest any more: for code that computes for long between two
    /// writes.
    public func check() throws {
        if isCancelled { throw CancellationError() }
    }

    /// Runs `body`, and calls `interrupt` if meanwhile nobody wants the rest any more: for a call that can only be
    /// ended from outside, such as a query (`sqlite3_interrupt`, `PQcancel`) or a child process.
    ///
    /// - Parameter interrupt: Ends this call, and no other's. It is called on other threads, every 100 ms until `body`
    ///   has ended and never after it: a query that has not begun when it is interrupted begins all the same. It must
    ///   not block, and must not use the sink.
    /// - Throws: What `body` throws; `CancellationError` without calling it when nobody wants the rest already.
    public func withInterrupt<Result>(
        _ interrupt: @escaping @Sendable () -> Void,
        _ body: () throws -> Result
    ) throws -> Result {
        let number = try channel.addInterrupt(interrupt)
        defer { channel.removeInterrupt(number) }
        return try body()
    }
}

/// A channel whose reader may give up.
protocol Cancellable: Sendable {
    var isCancelled: Bool { get }
    func addInterrupt(_ interrupt: @escaping @Sendable () -> Void) throws -> Int
    func removeInterrupt(_ number: Int)
}

extension BlockingChannel: Cancellable {}
