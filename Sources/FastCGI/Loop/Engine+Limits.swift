internal import Logging
internal import Synchronization

extension Engine {
    /// Enforces the limits on time; called every tick.
    func keepLimits(at now: Int64) {
        let receiveLimit = configuration.receiveLimit.milliseconds
        let writeLimit = configuration.writeLimit.milliseconds
        let requestLimit = configuration.requestLimit?.milliseconds
        forEachConnection { connection in
            switch connection.limitPassed(now, receive: receiveLimit, write: writeLimit, request: requestLimit) {
            case nil: break
            case .receiving:
                if connection.beginReceiving() {
                    counters.timedOut.add(1, ordering: .relaxed)
                    logger.info("closed a connection: its request did not arrive in time")
                    close(connection)
                }
            case .writing: connection.cancel(.writeTimedOut)
            case .request: connection.cancel(.requestTimedOut)
            case .ending: connection.wakeWaiter()
            }
        }
    }
}
