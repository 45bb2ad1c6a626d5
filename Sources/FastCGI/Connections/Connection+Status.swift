internal import DownloadCore
internal import DownloadSystem

/// What the status page and the log say of a connection.
extension Connection {
    /// How long the request under way has taken, in milliseconds.
    func age(at now: Int64) -> Int64 {
        state.withLock { now - $0.phaseSince }
    }

    /// The pattern of the route that the request under way has taken; empty for none.
    var route: String { state.withLock { $0.label.route } }

    func didMatch(route pattern: String) {
        state.withLock { $0.label.route = pattern }
    }

    /// The request under way, if there is one.
    func activeRequest(at now: Int64) -> ServerStatus.ActiveRequest? {
        let request: ServerStatus.ActiveRequest? = state.withLock { state in
            guard state.phase == .responding else { return nil }
            return ServerStatus.ActiveRequest(
                id: state.label.id,
                target: state.label.target.excerpt(),
                route: state.label.route.excerpt(),
                phase: unsafe state.response.roomWaiter == nil ? .generating : .writing,
                milliseconds: now - state.phaseSince,
                bytes: 0
            )
        }
        guard var request else { return nil }
        request.bytes = output.bytesSent
        return request
    }

    /// The request under way, the first time that it is seen to have taken longer than `limit` (milliseconds).
    func newlySlowRequest(at now: Int64, limit: Int64) -> ServerStatus.ActiveRequest? {
        let isNew = state.withLock { state in
            guard state.phase == .responding, !state.label.isReportedSlow, now - state.phaseSince > limit else {
                return false
            }
            state.label.isReportedSlow = true
            return true
        }
        return isNew ? activeRequest(at: now) : nil
    }
}
