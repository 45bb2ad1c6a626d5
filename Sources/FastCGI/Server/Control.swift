internal import DownloadSystem
internal import Glibc
internal import Logging
internal import Synchronization

/// The one thread that watches the others: it keeps the limits on time, adds a worker when views block all of them, and leads
/// the server through its end.
final class Control: Sendable {
    /// How the server ended.
    enum Ending: Sendable, Equatable {
        /// Every request under way was finished.
        case drained
        /// This many requests were cut by the drain limit, or because the server was told twice.
        case cut(Int)
    }

    fileprivate enum Order {
        static let drain = 1
        static let cut = 2
    }

    /// How often the limits are looked at while a connection is open, in milliseconds.
    private static let tick: Int32 = 100
    /// How often an idle server looks whether there is a connection.
    private static let idleTick: Int32 = 250
    /// How often a server looks that may have all its workers blocked.
    fileprivate static let busyTick: Int32 = 50

    private let engine: Engine
    private let orders = Atomic<Int>(0)
    /// Shows an order at once to a server without signals; nil before that runs, and where there is no descriptor for it.
    private let wakeUp = Lock<WakeUp?>(nil)

    init(_ engine: Engine) {
        self.engine = engine
    }

    /// Has the server finish what is under way and end. The second time, or with `cutting`, it does not wait.
    func stop(cutting: Bool = false) {
        // Never back: of two orders at once the one that cuts holds.
        let order = cutting ? Order.cut : Order.drain
        let before = orders.max(order, ordering: .sequentiallyConsistent).oldValue
        if before == Order.drain { orders.store(Order.cut, ordering: .sequentiallyConsistent) }
        wakeUp.withLock { $0 }?.signal()
    }

    /// Runs until the server has ended.
    ///
    /// - Parameter signals: If given, each stops the server.
    func run(signals: Signals?) -> Ending {
        if signals == nil { wakeUp.withLock { $0 = try? WakeUp() } }
        let mainQueue = signals == nil ? nil : MainQueue()
        var growth = Growth(engine)
        var stopping = Stopping(engine)
        var last = (look: MonotonicClock.now, order: 0)
        while true {
            let tick = tick(stopping, growth)
            let elapsed = Int32(clamping: MonotonicClock.now - last.look)
            wait(signals: signals, mainQueue, milliseconds: max(0, tick - elapsed))
            let now = MonotonicClock.now
            let order = orders.load(ordering: .relaxed)
            // What is for the main actor may come thousands of times a second, and there may be thousands of connections to look at.
            guard now - last.look >= Int64(tick) || order != last.order else { continue }
            last = (now, order)
            if stopping.advance(by: order, at: now) { break }
            engine.resumeAccepting(at: now)
            engine.keepLimits(at: now)
            engine.statistics.recordGauges()
            growth.look(at: now)
        }
        let isDrained = engine.isDrained
        engine.pool.stop(within: stopping.isCutting ? 100 : 2000)
        // It may have been cut short and yet had nothing to cut: a connection that brought no request is none.
        guard stopping.isCutting, stopping.cutCount > 0 || !isDrained else { return .drained }
        return .cut(stopping.cutCount + engine.breakOff())
    }

    /// How long it is until the next look after the last.
    private func tick(_ stopping: Stopping, _ growth: Growth) -> Int32 {
        if stopping.hasBegun { return 5 }
        let idles = engine.statistics.open.load(ordering: .relaxed) == 0 && !engine.isPaused
        return idles ? Self.idleTick : growth.isLikely ? Self.busyTick : Self.tick
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
            let isOrdered = orders.load(ordering: .sequentiallyConsistent) > 0
            guard
                Socket.isReady(
                    wakeUp?.descriptor ?? -1,
                    for: Int16(POLLIN),
                    milliseconds: isOrdered ? min(milliseconds, 5) : milliseconds
                )
            else { return }
            wakeUp?.consume()
        }
    }
}

/// Finishes what is under way, and at last cuts it.
private struct Stopping {
    private let engine: Engine
    private var deadline: Int64?
    private var cutAt: Int64?
    /// How many requests were cut.
    private(set) var cutCount = 0

    init(_ engine: Engine) {
        self.engine = engine
    }

    var hasBegun: Bool { deadline != nil }
    var isCutting: Bool { cutAt != nil }

    /// Goes on as far as it can for the moment.
    ///
    /// - Returns: Whether the server has come to its end.
    mutating func advance(by order: Int, at now: Int64) -> Bool {
        guard order >= Control.Order.drain else { return false }
        let deadline = deadline ?? begin(at: now)
        // Again and again: a worker that did not yet know may have left a connection waiting for its next request.
        engine.closeIdleConnections(at: now)
        if engine.isDrained { return true }
        if cutAt == nil, order >= Control.Order.cut || now >= deadline {
            log(.warning, "cutting the requests under way")
            cutAt = now
        }
        guard let cutAt else { return false }
        // Again and again: a request may come whole, or out of the queue of the socket, only now.
        cutCount += engine.cancelAll()
        // Two seconds more for cancelled tasks to end; a view that blocks its thread is left behind.
        return now >= cutAt + 2000
    }

    private mutating func begin(at now: Int64) -> Int64 {
        log(.info, "stopping")
        engine.beginDraining()
        let deadline = now + engine.configuration.drainLimit.milliseconds
        self.deadline = deadline
        return deadline
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message) {
        let active = engine.statistics.active.load(ordering: .relaxed)
        engine.logger.log(level: level, message, metadata: ["active": "\(active)"])
    }
}

/// Adds workers while views block all there are: one, then two more, then four.
private struct Growth {
    private let engine: Engine
    private let log = LogLimit()
    private var lastProgress = -1
    private var lastLook: Int64 = 0
    private var step = 1

    init(_ engine: Engine) {
        self.engine = engine
    }

    /// Whether the next look may find that workers are needed.
    var isLikely: Bool { engine.pool.idleCount == 0 && engine.pool.hasWork }

    mutating func look(at now: Int64) {
        let pool = engine.pool
        guard pool.idleCount == 0 else {
            step = 1
            return lastProgress = -1
        }
        let progress = pool.progress
        guard progress == lastProgress else {
            lastProgress = progress
            return lastLook = now
        }
        // Nobody idle, nobody moved since, and someone waits: all are blocked.
        guard now - lastLook >= Int64(Control.busyTick), pool.hasWork else { return }
        let room = engine.configuration.maximumThreads - pool.count
        guard room > 0 else { return }
        do {
            for _ in 0..<min(step, room) { try engine.addWorker(temporary: true) }
            step *= 2
            log.atMostOnceASecond(now) {
                engine.logger.warning("views block all workers: added some", metadata: ["workers": "\(pool.count)"])
            }
        } catch {
            log.atMostOnceASecond(now) {
                engine.logger.error("views block all workers, and none can be added", metadata: ["error": "\(error)"])
            }
        }
    }
}
