internal import DownloadCore
internal import DownloadSystem
internal import Glibc
internal import HTTPTypes
internal import Logging

/// How a request reaches the server.
extension Engine {
    /// Receives what a connection has; serves it when it is a whole request. The caller owns the connection.
    func receive(from connection: Connection) {
        guard let worker = Worker.current else { return close(connection) }
        do {
            if connection.receiveBuffer.isEmpty, !connection.receiveBuffer.discards,
                try receiveAtOnce(from: connection, by: worker)
            {
                return
            }
            try receiveInParts(from: connection, by: worker)
        } catch {
            close(connection)
        }
    }

    /// The usual case: one whole request waits, nothing before it and nothing behind.
    ///
    /// - Returns: False if it is not so; then nothing was taken.
    private func receiveAtOnce(from connection: Connection, by worker: Worker) throws -> Bool {
        guard
            let received = try unsafe Socket.receive(into: worker.scratch, from: connection.descriptor, peeking: true)
        else {
            waitForRequest(on: connection)
            return true
        }
        guard unsafe !received.isEmpty else {
            close(connection)
            return true
        }
        var requestGuard = self.requestGuard
        guard case .request(let shape) = requestGuard.examine(unsafe received.assumingMemoryBound(to: UInt8.self).span),
            shape.length == received.count, shape.isCanonical
        else { return false }
        connection.receiveBuffer.passRequest()
        connection.leavePeeked(shape.length)
        // As many bytes as were looked for: the next request may wait behind them.
        if unsafe received.count == worker.scratch.count { connection.noteMissedEvent() }
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: worker.scratch[received.count...])
        try unsafe serve(ParameterFilter.make(of: received, in: rest), of: connection, by: worker)
        return true
    }

    /// The rare case: a request that comes in parts, or with the next one behind it, or in a form that libfcgi can't
    /// read.
    private func receiveInParts(from connection: Connection, by worker: Worker) throws {
        let scratch = unsafe worker.scratch
        while true {
            if !connection.receiveBuffer.isEmpty {
                let verdict = connection.receiveBuffer.examine()
                // The last part of a request stays unread, as a whole one does. All else makes way for what comes.
                if !verdict.isRequest(of: connection.receiveBuffer.count),
                    unsafe !connection.consumePeeked(into: scratch)
                {
                    return close(connection)
                }
                switch verdict {
                case .incomplete:
                    if let received = try requestWithTooMuchContent(on: connection, by: worker) {
                        connection.receiveBuffer.discardAll()
                        return respond(to: received, on: connection, by: worker)
                    }
                case .request(let shape):
                    let request = connection.receiveBuffer.takeRequest(shape)
                    return try unsafe request.withUnsafeBytes { try unsafe serve($0, of: connection, by: worker) }
                case .reply(let reply):
                    try send(reply.bytes, on: connection)
                    if reply.closes { return close(connection) }
                    connection.receiveBuffer.drop(reply.consumed)
                    continue
                case .tooLarge(let request):
                    statistics.requestRefused("too-large-\(request.part)")
                    logRefusal("too large: its \(request.part)")
                    try answer(request.requestID, request.status, on: connection)
                case .refuse(let reason):
                    statistics.requestRefused(reason.rawValue)
                    logRefusal("\(reason)")
                    guard let status = reason.status, let id = connection.receiveBuffer.requestUnderWay else {
                        return close(connection)
                    }
                    try answer(id, status, on: connection)
                }
            }
            guard let received = try unsafe Socket.receive(into: scratch, from: connection.descriptor, peeking: true)
            else {
                connection.countHeld()
                freeHeldBytes()
                if !connection.receiveBuffer.isEmpty, buffers.heldBytes > configuration.maximumHeldBytes {
                    statistics.requestRefused("overloaded")
                    logRefusal("too much would be held")
                    guard let id = connection.receiveBuffer.requestUnderWay else { return close(connection) }
                    try answer(id, .serviceUnavailable, on: connection)
                    connection.countHeld()
                }
                return waitForRequest(on: connection)
            }
            if received.count == scratch.count { connection.noteMissedEvent() }
            unsafe connection.receiveBuffer.append(received)
            connection.leavePeeked(received.count)
            let isTaken = unsafe !connection.receiveBuffer.discards || connection.consumePeeked(into: scratch)
            if unsafe received.isEmpty || !isTaken || connection.receiveBuffer.hasDiscardedTooMuch {
                return close(connection)
            }
        }
    }

    /// The request under way, if its view takes less content than it has. It is answered without it, as soon as its
    /// head is there.
    private func requestWithTooMuchContent(
        on connection: Connection,
        by worker: Worker
    ) throws -> RequestReader.Received? {
        try connection.receiveBuffer.requestWithTooMuchContent { received in
            contentLimit(received.request)
        } read: { bytes in
            try unsafe bytes.withUnsafeBytes { try unsafe read($0, by: worker) }
        }?
        .withoutContent
    }

    /// Answers a request that is not there as a whole, and never will be.
    private func answer(_ requestID: UInt16, _ status: HTTPResponse.Status, on connection: Connection) throws {
        try send(ResponseRecords.answer(requestID, status: status), on: connection)
        connection.receiveBuffer.discardAll()
        endSending(on: connection)
    }

    /// Ends a connection whose request was answered before it was there as a whole. What else comes of it is dropped,
    /// so that the web server reads the answer before it sees the end of the connection.
    private func endSending(on connection: Connection) {
        shutdown(connection.descriptor, Int32(SHUT_WR))
    }

    /// Closes a connection after its last answer, or waits for the rest of a request that was answered before it was
    /// there as a whole.
    func closeAfterAnswer(_ connection: Connection) {
        guard connection.receiveBuffer.discards else { return close(connection) }
        endSending(on: connection)
        connection.countHeld()
        connection.waitForEnd()
    }

    /// Ends the wait for a request that has not come in time. The caller owns the connection.
    func endArrival(on connection: Connection, at now: Int64) {
        // Its request was answered; it is only its end that has not come.
        if connection.receiveBuffer.discards { return close(connection) }
        statistics.receiveTimedOut()
        arrivalLog.ifAllowed(now) { logger.info("refused a request that did not arrive in time") }
        guard let id = connection.receiveBuffer.requestUnderWay,
            (try? answer(id, .requestTimeout, on: connection)) != nil
        else { return close(connection) }
        connection.countHeld()
        connection.waitForEnd()
    }

    func logRefusal(_ reason: String) {
        refusalLog.ifAllowed { logger.notice("refused a request", metadata: ["reason": "\(reason)"]) }
    }

    /// Lets libfcgi read one whole request, and answers it.
    private func serve(_ bytes: UnsafeRawBufferPointer, of connection: Connection, by worker: Worker) throws {
        // The guard and libfcgi disagree if there is none, which their tests say can't be.
        guard let received = try unsafe read(bytes, by: worker) else { return close(connection) }
        respond(to: received, on: connection, by: worker)
    }

    /// Lets libfcgi read one whole request; nil if it can't.
    private func read(_ bytes: UnsafeRawBufferPointer, by worker: Worker) throws -> RequestReader.Received? {
        let id = statistics.nextRequestID(countedIn: worker.tally(of: statistics))
        func read(from descriptor: Int32) -> RequestReader.Received? {
            RequestReader.read(from: descriptor, id: id, logger: logger)
        }
        let received: RequestReader.Received?
        do {
            received = try unsafe worker.requestPipe.give(bytes, to: read)
        } catch {
            do {
                received = try unsafe reserveFile.give(bytes, to: read)
            } catch {
                logRefusal("\(error)")
                throw error
            }
        }
        if received == nil { logRefusal("libfcgi can't read it") }
        return received
    }

    /// Sends a short answer of the protocol's own. A peer that does not even take that is not waited for.
    func send(_ bytes: [UInt8], on connection: Connection) throws {
        guard !bytes.isEmpty else { return }
        let outcome = unsafe bytes.withUnsafeBytes { unsafe Socket.send($0, to: connection.descriptor) }
        guard case .sent(bytes.count) = outcome else { throw SystemError(call: "send", code: EAGAIN) }
    }

    private func waitForRequest(on connection: Connection) {
        connection.waitForRequest(afterRequest: false)
    }
}
