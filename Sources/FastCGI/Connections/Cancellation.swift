/// Why the server cancels a request's task.
enum Cancellation: Error, CustomStringConvertible {
    /// The web server closed the connection: its client left.
    case clientLeft
    /// The web server sent FCGI_ABORT_REQUEST (FastCGI 1.0 §5.4): its client left, and the connection goes on.
    case aborted
    /// The client took nothing for as long as the limit on writing allows.
    case writeTimedOut
    /// The request took longer than the limit on a whole request allows.
    case requestTimedOut
    /// The server has no room left, and this client had taken nothing for longest.
    case evicted
    /// The server stops, and the drain limit has passed.
    case serverStopped

    var description: String {
        switch self {
        case .clientLeft: "the client left"
        case .aborted: "the web server aborted the request"
        case .writeTimedOut: "the client took nothing for too long"
        case .requestTimedOut: "the request took too long"
        case .evicted: "the server had no room left, and the client had taken nothing for longest"
        case .serverStopped: "the server stopped"
        }
    }

    /// What it counts as.
    var outcome: RequestOutcome {
        switch self {
        case .clientLeft, .aborted: .aborted
        case .writeTimedOut, .requestTimedOut: .timedOut
        case .evicted: .evicted
        case .serverStopped: .failed
        }
    }
}
