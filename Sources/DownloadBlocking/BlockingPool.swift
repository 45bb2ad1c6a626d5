internal import DownloadSystem

/// Threads for code that blocks: made when they are needed, never more than a bound, gone after ten idle seconds.
///
/// What finds no thread waits for one, first come, first served.
public final class BlockingPool: Sendable {
    /// What is used where nothing else is said: up to 64 threads for the process.
    public static let shared = BlockingPool(maximum: 64)

    /// How many threads there may be at once.
    public let maximum: Int
    private let threads: BlockingThreads

    /// Creates a pool of its own, for instance for what may only be used by a few at once.
    ///
    /// - Parameter maximum: How many threads there may be at once, at least 1.
    public init(maximum: Int) {
        precondition(maximum >= 1, "BlockingPool(maximum: \(maximum)): at least one thread is needed")
        self.maximum = maximum
        threads = BlockingThreads(maximum: maximum)
    }

    /// How many threads there are now.
    public var count: Int { threads.count }

    /// Runs `job` on one of the threads.
    ///
    /// - Returns: What takes it back before it has begun.
    func run(_ job: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let detached = threads.detach(job)
        return { [threads] in threads.withdraw(detached) }
    }
}
