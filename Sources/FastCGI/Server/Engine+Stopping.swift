internal import DownloadSystem
internal import Glibc
internal import Logging
internal import Synchronization

/// How the server comes to its end, led by ``Supervisor``.
extension Engine: Stoppable {
    /// Accepts no more connections; requests under way go on.
    func beginDraining() {
        guard !draining.exchange(true, ordering: .sequentiallyConsistent) else { return }
        ignoreSockets()
        // Those that wait already are served: their web servers can't know, and for a socket that another process
        // shares, the kernel may have told this one alone of them.
        do {
            for socket in listener.sockets {
                while let descriptor = try Socket.accept(from: socket.descriptor) {
                    guard let connection = takeOver(descriptor, from: socket) else { continue }
                    connection.waitForRequest(afterRequest: false)
                    if DescriptorLimit.isScarce(after: descriptor) { throw SystemError(call: "accept4", code: EMFILE) }
                }
            }
        } catch {
            logger.error("left connections that waited, while stopping", metadata: ["error": "\(error)"])
        }
        while accepting.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
        // Again, since a pause may have ended meanwhile: closing does not suffice for a socket that another process
        // shares.
        ignoreSockets()
        closeListener()
    }

    /// Closes the connections of a server that stops which have no request, and none on its way. One that was opened a
    /// moment ago may still send its first.
    func closeIdleConnections(at now: Int64) {
        forEachConnection { connection in
            if connection.beginReceiving(ifKeptSince: now, orOpenedBefore: now - 100) { closeIfSilent(connection) }
        }
    }

    /// Whether no connection has a request under way or about to come.
    var isDrained: Bool {
        statistics.active.load(ordering: .relaxed) == 0 && statistics.open.load(ordering: .relaxed) == 0
    }

    /// Cancels every request under way; how many were not cancelled before.
    func cancelAll() -> Int {
        var count = 0
        forEachConnection { connection in
            if connection.cancel(.serverStopped) { count += 1 }
        }
        return count
    }

    /// Makes the responses of tasks that the server does not wait for any longer look failed: what closes them, the end
    /// of the process, is to many web servers the end of a download. Connections without a task are closed, since no
    /// worker will look at them any more.
    ///
    /// - Returns: How many these are: each has brought a part of a request, or one that no worker was free for.
    func breakOff() -> Int {
        var count = 0
        forEachConnection { connection in
            if connection.beginReceiving() {
                close(connection)
                count += 1
            } else {
                connection.breakOff()
            }
        }
        return count
    }

    func log(_ level: Logger.Level, _ message: Logger.Message) {
        let active = statistics.active.load(ordering: .relaxed)
        logger.log(level: level, message, metadata: ["active": "\(active)"])
    }
}
