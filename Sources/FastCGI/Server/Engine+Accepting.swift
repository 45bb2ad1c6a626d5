internal import DownloadCore
internal import DownloadSystem
internal import Glibc
internal import Logging
internal import Synchronization

/// How connections come and go.
extension Engine {
    /// The listening socket that an event is of; nil if it is a connection's.
    func listeningSocket(tagged tag: UInt64) -> ListeningSocket? {
        let index = tag &- Self.listenerTag
        return index < UInt64(listener.sockets.count) ? listener.sockets[Int(index)] : nil
    }

    /// Tells the workers of new connections.
    func watchSockets() throws(SystemError) {
        for (index, socket) in listener.sockets.enumerated() {
            do {
                try pool.poller.watch(socket.descriptor, for: .readable, tag: Self.listenerTag + UInt64(index))
            } catch {
                ignoreSockets()
                throw error
            }
        }
    }

    /// Leaves new connections where they are.
    func ignoreSockets() {
        for socket in listener.sockets { pool.poller.remove(socket.descriptor) }
    }

    /// Accepts one connection, which the caller owns; nil if there is none for us.
    func acceptConnection(from socket: ListeningSocket) -> Connection? {
        // Counted, so that the listening socket is not closed, and its number used again, under a worker's hands; and
        // so that a server which stops knows of every connection.
        accepting.add(1, ordering: .sequentiallyConsistent)
        defer { accepting.subtract(1, ordering: .sequentiallyConsistent) }
        if draining.load(ordering: .sequentiallyConsistent) { return nil }
        do {
            guard let descriptor = try Socket.accept(from: socket.descriptor) else { return nil }
            if DescriptorLimit.isScarce(after: descriptor) {
                pauseAccepting(because: SystemError(call: "accept4", code: EMFILE))
            }
            return takeOver(descriptor, from: socket)
        } catch {
            pauseAccepting(because: error)
            return nil
        }
    }

    /// A connection for a descriptor that a socket has given, which the caller owns; nil if the peer may not connect.
    func takeOver(_ descriptor: Int32, from socket: ListeningSocket) -> Connection? {
        if socket.isTCP, let allowedPeers {
            let peer = PeerAddresses.peer(of: descriptor)
            guard allowedPeers.contains(peer) else {
                Glibc.close(descriptor)
                // One that has left at once, as what only looks whether the port is open, has no address any more. It
                // asks for nothing.
                if peer.isEmpty { return nil }
                statistics.requestRefused("peer-address")
                logRefusal("its peer's address, \(peer.excerpt()), is not in FCGI_WEB_SERVER_ADDRS")
                return nil
            }
        }
        if socket.isTCP { Socket.disableDelay(descriptor) }
        statistics.connectionAccepted()
        let connection = takeConnection()
        connection.open(descriptor, isTCP: socket.isTCP)
        return connection
    }

    private func takeConnection() -> Connection {
        connections.withLock { connections in
            if let connection = connections.free.popLast() { return connection }
            let connection = Connection(
                pool: pool,
                buffers: buffers,
                requestGuard: requestGuard,
                clock: clock
            )
            connections.all.append(connection)
            return connection
        }
    }

    func close(_ connection: Connection) {
        connection.close()
        statistics.open.subtract(1, ordering: .relaxed)
        connections.withLock { $0.free.append(connection) }
        // There is a descriptor for one that waits.
        if isPaused { watchListener(at: clock.now) }
    }

    /// Closes a connection that nothing has come on. What has come is left to the poller.
    func closeIfSilent(_ connection: Connection) {
        if connection.receiveBuffer.isEmpty, !Socket.isReady(connection.descriptor, for: .readable) {
            close(connection)
        } else {
            connection.waitForRequest(afterRequest: false)
        }
    }

    /// Calls `body` with every connection, used or not.
    func forEachConnection(_ body: (Connection) -> Void) {
        for connection in connections.withLock({ $0.all }) { body(connection) }
    }

    /// Out of descriptors or memory: leaves waiting connections where they are for a moment.
    private func pauseAccepting(because error: SystemError) {
        let now = clock.now
        let resumeAt = now + 100
        let pauses = isListening.withLock { isListening in
            guard isListening else { return false }
            ignoreSockets()
            isListening = false
            pausedUntil.store(resumeAt, ordering: .relaxed)
            return true
        }
        guard pauses else { return }
        statistics.acceptingPaused()
        pauseLog.ifAllowed(now) {
            logger.error("can't accept connections for the moment", metadata: ["error": "\(error)"])
        }
    }

    /// Whether new connections are left where they are for a moment.
    var isPaused: Bool { pausedUntil.load(ordering: .relaxed) != 0 }

    /// Called now and then: goes on accepting after a pause. Kept connections that nobody has used meanwhile make room.
    func resumeAccepting(at now: Int64) {
        let until = pausedUntil.load(ordering: .relaxed)
        guard until != 0, now >= until else { return }
        forEachConnection { connection in
            if connection.beginReceiving(ifKeptSince: now - 50) { closeIfSilent(connection) }
        }
        watchListener(at: now)
    }

    /// Ends a pause, if there is one still.
    private func watchListener(at now: Int64) {
        // Counted like accepting: the listening socket must not be closed meanwhile.
        accepting.add(1, ordering: .sequentiallyConsistent)
        defer { accepting.subtract(1, ordering: .sequentiallyConsistent) }
        if draining.load(ordering: .sequentiallyConsistent) { return }
        isListening.withLock { isListening in
            guard !isListening, DescriptorLimit.hasRoom(besides: listener.sockets[0].descriptor) else { return }
            do {
                try watchSockets()
                isListening = true
                pausedUntil.store(0, ordering: .relaxed)
            } catch {
                // Out of memory for the set still: the next tick tries again.
                pausedUntil.store(now, ordering: .relaxed)
            }
        }
    }
}
