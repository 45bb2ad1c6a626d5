internal import DownloadSystem
internal import Logging
internal import Synchronization

extension Engine {
    /// Enforces the limits on time, sends what was forgotten, and takes back what slow clients need not hold; called
    /// every tick.
    func keepLimits(at now: Int64) {
        let receiveLimit = configuration.receiveLimit.milliseconds
        let writeLimit = configuration.writeLimit.milliseconds
        let requestLimit = configuration.requestLimit?.milliseconds
        let slowLimit = configuration.slowRequestLimit?.milliseconds
        forEachConnection { connection in
            let passed = connection.limitPassed(now, receive: receiveLimit, write: writeLimit, request: requestLimit)
            switch passed?.limit {
            case nil: break
            case .receiving: endArrival(on: connection, at: now)
            case .writing: connection.cancel(.writeTimedOut, of: passed?.serial)
            case .abort: connection.cancel(.aborted, of: passed?.serial)
            case .request: connection.cancel(.requestTimedOut, of: passed?.serial)
            case .ending: connection.wakeWaiter()
            }
            connection.watchIfMissing()
            connection.flushForgotten(at: now)
            if connection.breakOffIfIgnored(at: now) { noteIgnored(connection, at: now) }
            connection.compactIfWaiting(at: now)
            if let slowLimit, let request = connection.newlySlowRequest(at: now, limit: slowLimit) {
                logger.warning(
                    "a request is slow",
                    metadata: [
                        "request": "\(request.id)", "target": "\(request.target)", "route": "\(request.route)",
                        "phase": "\(request.phase)",
                        "milliseconds": "\(request.milliseconds)", "bytes": "\(request.bytes)",
                    ]
                )
            }
        }
    }

    /// Notes that a cancelled task goes on although its connection is closed.
    private func noteIgnored(_ connection: Connection, at now: Int64) {
        statistics.leftRunning.add(1, ordering: .relaxed)
        guard let request = connection.activeRequest(at: now) else { return }
        ignoredLog.ifAllowed(now) {
            logger.warning(
                "closed the connection of a view that does not notice that it is cancelled",
                metadata: [
                    "request": "\(request.id)", "target": "\(request.target)", "route": "\(request.route)",
                    "milliseconds": "\(request.milliseconds)",
                    "reason": "\(connection.cancellation.map { "\($0)" } ?? "")",
                ]
            )
        }
    }
}
