/// What a request is counted as when it ends.
enum RequestOutcome: Sendable {
    /// Answered whole, error responses included.
    case served
    /// Failed after its first byte, or cut when the server stopped.
    case failed
    /// Its client left.
    case aborted
    /// It passed a limit on time.
    case timedOut
    /// Cut since the server had no room left.
    case evicted
}
