/// What a spool has done and has, since the process began.
public struct SpoolFigures: Sendable, Hashable {
    /// Requests served from a whole file.
    public var hits = 0
    /// Requests that shared a generation which another had begun.
    public var shared = 0
    /// Generators that ran.
    public var generations = 0
    /// Those of them that failed.
    public var failures = 0
    /// Those that nobody wanted any more.
    public var cancellations = 0
    /// Files removed to make room or since they were too old.
    public var evictions = 0
    /// Contents that went to their clients past the spool, for lack of room or because of an error.
    public var bypassed = 0
    /// Generations under way.
    public var running = 0
    /// Bytes in the spool: those of other processes when it was last looked at, and what was reserved here since.
    public var bytes: Int64 = 0
    /// Files in the spool, when it was last looked at.
    public var files = 0

    public init() {}
}
