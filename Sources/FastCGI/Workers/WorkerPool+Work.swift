internal import DownloadSystem
internal import Glibc
internal import Synchronization

/// What a worker does until its pool stops.
extension WorkerPool {
    /// How long a temporary worker stays that is not needed, in milliseconds.
    private static let temporaryStay: Int64 = 10_000

    func work(as worker: Worker, counting progress: ProgressCounter, temporary: Bool, _ handle: Handle) {
        var order = TurnOrder()
        var lastNeeded = MonotonicClock.now
        while true {
            progress.advance()
            if let job = nextJob(of: worker, &order) {
                passWakeUpOn(from: worker)
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
                worker.endTurn()
                if let turn = worker.takeFirstTurn() { learn(from: turn) }
                continue
            }
            // Before any event: what it would be handed to may be gone when a worker was blocked for longer than the
            // end took.
            if isStopping {
                guard jobs.count > 0 || worker.nextJob != nil else { return }
                worker.looksNext = false
                order.reset()
                continue
            }
            if let event = takeReportedEvent(&order) ?? waitForEvent(&order, temporary: temporary, &lastNeeded) {
                perform(event, by: worker, handle)
                // Others that came with it may be short: they are looked at before it, for as long as events may be.
                if worker.hasPostponed { order.beginEvents(at: MonotonicClock.microseconds) }
            } else if temporary, isNeededNoLonger(since: lastNeeded) {
                // What counted on this worker being awake is served by those that sleep.
                if jobs.count > 0 || events.count > 0 { poller.wake() }
                return
            }
        }
    }

    /// Called before a job, which may take long. A wake-up is for one of the things that wait, not for one of the
    /// sleepers: a worker that was awake may have taken it, and be about to run another.
    private func passWakeUpOn(from worker: Worker) {
        guard worker.hasTakenWakeUp else { return }
        worker.hasTakenWakeUp = false
        if jobs.count > 0 || events.count > 0 { wakeSleeper() }
    }

    /// The job to run now; nil when it is the turn of the events.
    private func nextJob(of worker: Worker, _ order: inout TurnOrder) -> UnownedJob? {
        if let job = worker.takeNextJob() { return job }
        if worker.looksNext {
            worker.looksNext = false
            order.beginEvents(at: MonotonicClock.microseconds)
            return nil
        }
        guard jobs.count > 0 else {
            order.reset()
            return nil
        }
        return order.mayRunJob(at: MonotonicClock.microseconds) ? jobs.takeFirst() : nil
    }

    private func learn(from turn: Worker.FirstTurn) {
        let microseconds = MonotonicClock.microseconds - turn.began
        if microseconds >= heldLimit.load(ordering: .relaxed) { noteHeld.withLock { $0 }?(turn.target, microseconds) }
        guard let usage = turn.usage else {
            if microseconds >= LongFirstTurns.limit { longFirstTurns.note(microseconds, of: turn.target) }
            return
        }
        guard LongFirstTurns.isTelling(microseconds, using: ThreadUsage.current.since(usage)) else { return }
        longFirstTurns.note(microseconds, of: turn.target)
    }

    private func takeReportedEvent(_ order: inout TurnOrder) -> Poller.Event? {
        events.count > 0 && order.mayTakeReported() ? events.takeFirst() : nil
    }

    /// Waits for an event, while there is nothing else to do; nil when none has come.
    private func waitForEvent(_ order: inout TurnOrder, temporary: Bool, _ lastNeeded: inout Int64) -> Poller.Event? {
        if temporary {
            if sleeping.load(ordering: .relaxed) == 0 { lastNeeded = MonotonicClock.now }
            if jobs.count == 0, isNeededNoLonger(since: lastNeeded) { return nil }
        }
        // While others sleep each gets its own event. While all are busy one call takes several.
        let others = sleeping.add(1, ordering: .sequentiallyConsistent).oldValue
        let hasWork = jobs.count > 0 || events.count > 0
        if hasWork { order.beginEvents(at: MonotonicClock.microseconds) }
        var first: Poller.Event?
        let count = poller.wait(
            milliseconds: hasWork ? 0 : (temporary ? Int32(Self.temporaryStay) : -1),
            upTo: others == 0 ? Poller.maximumBatch : 1
        ) { event in
            if first == nil { first = event } else { events.append(event) }
        }
        sleeping.subtract(1, ordering: .sequentiallyConsistent)
        if first == nil { order.reset() }
        let sleepers = sleeping.load(ordering: .sequentiallyConsistent)
        if count > 1, sleepers > 0 { poller.wake(UInt64(min(sleepers, count - 1))) }
        return first
    }

    private func isNeededNoLonger(since lastNeeded: Int64) -> Bool {
        MonotonicClock.now - lastNeeded >= Self.temporaryStay
    }

    private func perform(_ event: Poller.Event, by worker: Worker, _ handle: Handle) {
        if event.tag == Poller.wakeUpTag {
            poller.consumeWakeUp()
            worker.hasTakenWakeUp = true
        } else {
            worker.resumesHere = events.count == 0 && jobs.count == 0
            worker.hasPostponed = false
            handle(event.tag, event.events)
            // A task that is to run now ends its turn by itself.
            if worker.nextJob == nil { worker.endTurn() }
        }
    }
}
