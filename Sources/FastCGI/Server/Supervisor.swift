internal import DownloadSystem
internal import Glibc
internal import Logging
internal import Synchronization

/// The one thread that watches the others: it keeps the limits on time, adds a worker when views block all of them, and
/// leads the server through its end.
final class Supervisor: Sendable {
    /// How the server ended.
    enum Outcome: Sendable, Equatable {
        /// Every request under way was finished.
        case drained
        /// This many requests were cut by the drain limit, or because the server was told twice.
        case cut(Int)
    }

    /// How often the limits are looked at while a connection is open, in milliseconds.
    private static let tick: Int32 = 100
    /// How often an idle server looks whether there is a connection.
    private static let idleTick: Int32 = 250
    /// How often a server looks that may have all its workers blocked.
    private static let busyTick = Int32(WorkerGrowth.patience)

    private let engine: Engine
    private let orders = Atomic<Int>(0)
    /// Shows an order at once to a server without signals; nil before that runs, and where there is no descriptor for
    /// it.
    private let wakeUp = Lock<WakeUp?>(nil)

    init(_ engine: Engine) {
        self.engine = engine
    }

    /// Makes the server finish what is under way and end. The second time, or with `cutting`, it does not wait.
    func stop(cutting: Bool = false) {
        // Never back: of two orders at once the one that cuts holds.
        let order = cutting ? Stopping.Order.cut : .drain
        let before = orders.max(order.rawValue, ordering: .sequentiallyConsistent).oldValue
        if before == Stopping.Order.drain.rawValue {
            orders.store(Stopping.Order.cut.rawValue, ordering: .sequentiallyConsistent)
        }
        wakeUp.withLock { $0 }?.signal()
    }

    private var order: Stopping.Order? { Stopping.Order(rawValue: orders.load(ordering: .sequentiallyConsistent)) }

    /// Runs until the server has ended.
    ///
    /// - Parameter signals: If given, each stops the server.
    func run(signals: Signals?) -> Outcome {
        // Without one it looks around at its next tick.
        if signals == nil { wakeUp.withLock { $0 = try? WakeUp() } }
        let mainQueue = signals == nil ? nil : MainQueue()
        var watched = Watched()
        var stopping = Stopping(drainLimit: engine.configuration.drainLimit.milliseconds)
        var last = (look: MonotonicClock.now, order: nil as Stopping.Order?)
        while true {
            let tick = tick(stopping)
            let elapsed = Int32(clamping: MonotonicClock.now - last.look)
            wait(signals: signals, mainQueue, milliseconds: max(0, tick - elapsed))
            let now = MonotonicClock.now
            let order = order
            // What is for the main actor may come thousands of times a second, and there may be thousands of
            // connections to look at.
            guard now - last.look >= Int64(tick) || order != last.order else { continue }
            last = (now, order)
            if stopping.advance(engine, by: order, at: engine.clock.now) { break }
            look(&watched, at: now)
        }
        let isDrained = engine.isDrained
        engine.pool.stop(within: stopping.isCutting ? 100 : 2000)
        // Cutting may have found nothing to cut: a connection that brought no request does not count.
        guard stopping.isCutting, stopping.cutCount > 0 || !isDrained else { return .drained }
        return .cut(stopping.cutCount + engine.breakOff())
    }

    /// What the supervisor remembers from one look to the next.
    private struct Watched {
        var growth = WorkerGrowth()
        var memory = MemoryReturn()
        let log = LogRateLimit()
    }

    private func look(_ watched: inout Watched, at now: Int64) {
        engine.resumeAccepting(at: engine.clock.now)
        engine.keepLimits(at: engine.clock.now)
        engine.freeHeldBytes()
        engine.statistics.recordGauges()
        addWorkers(&watched, at: now)
        let active = engine.statistics.active.load(ordering: .relaxed)
        if watched.memory.isDue(held: engine.buffers.heldBytes, active: active, at: now) { Heap.trim() }
    }

    private func addWorkers(_ watched: inout Watched, at now: Int64) {
        let pool = engine.pool
        let sample = WorkerGrowth.Sample(
            count: pool.count,
            idle: pool.idleCount,
            progress: pool.progress,
            hasWork: pool.idleCount == 0 && pool.hasWork
        )
        let count = watched.growth.look(at: sample, now, maximum: engine.maximumWorkers)
        // Nobody else sees that a client has left, or that there is room.
        if watched.growth.isBlocked { engine.takeEventsOfBlockedWorkers() }
        guard count > 0 else { return }
        do {
            for _ in 0..<count { try engine.addWorker(temporary: true) }
            watched.log.ifAllowed(now) {
                engine.logger.warning(
                    "views block all workers: added some; give what blocks to VirtualFile(name:blocking:)",
                    metadata: ["workers": "\(pool.count)"]
                )
            }
        } catch {
            watched.growth.addingFailed()
            watched.log.ifAllowed(now) {
                engine.logger.error("views block all workers, and none can be added", metadata: ["error": "\(error)"])
            }
        }
    }

    /// How long it is until the next look after the last.
    private func tick(_ stopping: Stopping) -> Int32 {
        if stopping.hasBegun { return 5 }
        let pool = engine.pool
        let idles = engine.statistics.open.load(ordering: .relaxed) == 0 && !engine.isPaused
        return idles ? Self.idleTick : pool.idleCount == 0 && pool.hasWork ? Self.busyTick : Self.tick
    }

    private func wait(signals: Signals?, _ mainQueue: MainQueue?, milliseconds: Int32) {
        if let signals {
            var hasCome = signals.next(within: milliseconds, orWorkIn: mainQueue)
            mainQueue?.run()
            while hasCome {
                stop()
                hasCome = signals.next(within: 0)
            }
        } else {
            let wakeUp = wakeUp.withLock { $0 }
            // An order that came before there was anything to wake.
            let milliseconds = order == nil ? milliseconds : min(milliseconds, 5)
            let descriptor = wakeUp?.descriptor ?? -1
            guard Socket.isReady(descriptor, for: Int16(POLLIN), milliseconds: milliseconds) else { return }
            wakeUp?.consume()
        }
    }
}
