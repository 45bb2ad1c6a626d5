internal import DownloadCore
internal import DownloadSystem
internal import HTTPTypes
internal import Logging
internal import Synchronization

/// How a request is answered.
extension Engine {
    /// Starts the request's task as the next thing that this worker does, or, where it is likely to take long and
    /// others wait, puts it behind them.
    ///
    /// The connection knows the task before its first instruction, so that the task can be cancelled even if it never
    /// suspends.
    func respond(to received: RequestReader.Received, on connection: Connection, by worker: Worker) {
        // What has come of it is the request's own now.
        connection.countHeld()
        // Its status is most wanted of a server that has too much to do.
        guard admitsRequest() || ownAnswer(to: received.request) != nil else {
            return turnAway(received, on: connection)
        }
        statistics.active.add(1, ordering: .relaxed)
        let expectation = pool.longFirstTurns.expectation(of: received.request.http.path ?? "")
        worker.runNext {
            let task = Task(executorPreference: pool) {
                connection.beginFirstTurn(of: received.request, expectation: expectation)
                await self.run(received, on: connection)
            }
            connection.beginResponding(to: received.request, requestID: received.requestID, task: task)
        }
        if expectation == .long, pool.hasWork { pool.postponeNextJob(of: worker) }
    }

    private func turnAway(_ received: RequestReader.Received, on connection: Connection) {
        statistics.requestRefused("overloaded")
        overloadLog.ifAllowed {
            logger.warning(
                "answered 503: too many requests are under way",
                metadata: ["active": "\(statistics.active.load(ordering: .relaxed))"]
            )
        }
        do {
            try send(ResponseRecords.answer(received.requestID, status: .serviceUnavailable), on: connection)
            guard connection.consumePeeked() else { return close(connection) }
            guard received.keepsConnection else { return closeAfterAnswer(connection) }
            connection.waitForRequest(afterRequest: true)
        } catch {
            close(connection)
        }
    }

    private func run(_ received: RequestReader.Received, on connection: Connection) async {
        var sink = RecordSink(connection)
        var failure: (any Error)?
        do {
            if let own = ownAnswer(to: received.request) {
                try await send(own, to: received.request, into: &sink)
            } else {
                try await handler(received.request, &sink)
            }
            if !sink.isFinished { try await sink.finish() }
        } catch {
            failure = error
        }
        // Before the client can know: one that has all it wants, or sees the failure, leaves at once, and has not left
        // early.
        let cancellation = sink.isFinished ? nil : connection.cancellation
        var endsVisibly = sink.isFinished
        if !endsVisibly, cancellation != .clientLeft, connection.beginFailing() {
            endsVisibly = cancellation == .aborted ? await sink.abandon() : await sink.fail()
        }
        // The connection's end may be taken for that of the download; a reset is not. Broken off, not even a finished
        // one has its own.
        let isOpen = connection.output.isOpen
        if !isOpen || !endsVisibly { connection.abandonPeeked() }
        statistics.requestEnded(
            bytes: sink.contentBytes,
            milliseconds: connection.age(at: clock.now),
            outcome: cancellation?.outcome ?? (failure == nil ? .served : .failed),
            countedIn: Worker.current?.tally(of: statistics)
        )
        report(received.request, on: connection, sink, failure: failure, cancellation: cancellation)
        if let name = sink.untypedName { report(UntypedFile(name: name), on: connection.route) }
        let keeps = sink.isFinished && isOpen && received.keepsConnection && !draining.load(ordering: .relaxed)
        let isFit = connection.endResponding()
        if connection.isClosedBySupervisor { statistics.leftRunning.subtract(1, ordering: .relaxed) }
        statistics.active.subtract(1, ordering: .relaxed)
        if keeps, isFit {
            connection.waitForRequest(afterRequest: true)
        } else if isFit, sink.isFinished, isOpen {
            closeAfterAnswer(connection)
        } else {
            close(connection)
        }
    }

    private func report(_ file: UntypedFile, on route: String) {
        guard untypedRoutes.withLock({ $0.insert(route.wire).inserted }) else { return }
        logger.notice("\(file)", metadata: ["route": "\(route.excerpt())"])
    }

    private func report(
        _ request: DownloadRequest,
        on connection: Connection,
        _ sink: borrowing RecordSink,
        failure: (any Error)?,
        cancellation: Cancellation?
    ) {
        // The reason of a 4xx is of use to those who look for it, but not worth an alarm.
        let isAlarm = sink.noted.map { !DownloadError.isRefusal($0) } ?? false
        guard failure != nil || isAlarm || logsServed else { return }
        guard let leftOut = failureLog.take(at: clock.now) else { return }
        if leftOut > 0 { logger.warning("left out lines about requests", metadata: ["count": "\(leftOut)"]) }
        var metadata: Logger.Metadata = [
            "request": "\(request.id)", "target": "\(request.logTarget)", "route": "\(connection.route.excerpt())",
            "status": "\(sink.status)", "bytes": "\(sink.contentBytes)",
        ]
        if let cancellation {
            metadata["reason"] = "\(cancellation)"
            logger.info("a download was cut", metadata: metadata)
        } else if let failure {
            metadata["error"] = "\(failure.logDescription)"
            logger.error("a download failed", metadata: metadata)
        } else if let error = sink.noted {
            metadata["error"] = "\(error.logDescription)"
            if !isAlarm {
                logger.debug("refused", metadata: metadata)
            } else if let upstream = (error as? DownloadError)?.upstream {
                metadata["upstream"] = "\(upstream.excerpt())"
                logger.warning("an upstream failed", metadata: metadata)
            } else {
                logger.error("a request failed", metadata: metadata)
            }
        } else {
            logger.debug("served", metadata: metadata)
        }
    }
}
