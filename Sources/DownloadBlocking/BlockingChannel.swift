internal import DownloadSystem

/// What lies between a thread that may block and the task that goes on: elements in order, within a bound.
final class BlockingChannel<Element: Sendable>: Sendable {
    /// Where elements go that are too many for memory.
    struct Spill: Sendable {
        /// How many it may hold.
        let limit: Int64
        /// Keeps elements at a position; false if there is no room for them, and then nothing was kept.
        let keep: @Sendable (_ elements: [Element], _ position: Int64) -> Bool
        /// Appends so many elements that were kept at a position.
        let restore: @Sendable (_ buffer: inout [Element], _ position: Int64, _ count: Int) throws -> Void
    }

    private struct State {
        /// What was written and not taken, behind what was spilled.
        var pending: [Element] = []
        /// Whether the writer spills elements at the moment.
        var isSpilling = false
        /// Whether there was no room for them.
        var cannotSpill = false
        /// How many were spilled, and how many of these were taken.
        var spilled: Int64 = 0
        var restored: Int64 = 0
        var phase = Phase.queued
        /// Takes the closure that writes back from the pool where it waits for a thread.
        var withdraw: (@Sendable () -> Void)?
        var isCancelled = false
        /// The task, while it waits for bytes or for the end.
        var reader: CheckedContinuation<Void, Never>?
        var writerWaits = false
        /// The task that writes, while it waits for room.
        var writer: CheckedContinuation<Void, Never>?
        /// What the writer has said of how far it is, and the task has not taken.
        var progress: Double?
    }

    private enum Phase {
        case queued
        case writing
        case ended(Result<Void, any Error>)
    }

    private struct Interrupts {
        var isCancelled = false
        var last = 0
        var all: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Lock(State())
    private let room = Semaphore()
    private let interrupts = Lock(Interrupts())
    private let limit: Int
    private let spill: Spill?
    /// Whether it is a task that writes, and not a thread that may block.
    private let writesInTask: Bool

    /// - Parameters:
    ///   - limit: How many elements may wait in memory, at least 1.
    ///   - spill: Where more of them go; without it the writer waits.
    ///   - writesInTask: Whether it is a task that writes, and not a thread that may block.
    init(limit: Int, spill: Spill? = nil, writesInTask: Bool = false) {
        self.limit = limit
        self.spill = spill
        self.writesInTask = writesInTask
    }

    // MARK: - The thread that writes

    /// Runs a closure that writes on a thread that may block, unless nobody wants it any more before there is one.
    func fill(on pool: BlockingPool, _ body: @escaping @Sendable () throws -> Void) {
        let withdraw = pool.run { [self] in
            if begin() { end(with: Result { try body() }) }
        }
        let isWanted = state.withLock { state in
            guard case .queued = state.phase else { return !state.isCancelled }
            state.withdraw = withdraw
            return true
        }
        if !isWanted { withdraw() }
    }

    private func begin() -> Bool {
        state.withLock { state in
            guard case .queued = state.phase else { return false }
            state.phase = .writing
            state.withdraw = nil
            return true
        }
    }

    private func end(with result: Result<Void, any Error>) {
        let reader = state.withLock { state in
            state.phase = .ended(state.isCancelled ? .failure(CancellationError()) : result)
            return Self.take(&state.reader)
        }
        reader?.resume()
    }

    private enum Step {
        case wrote(Int, CheckedContinuation<Void, Never>?)
        case spill([Element], at: Int64)
        case wait
    }

    /// Writes `count` elements; blocks while there is no room.
    ///
    /// - Parameter append: Appends those of a range of them to what waits.
    func write(_ count: Int, _ append: (inout [Element], Range<Int>) -> Void) throws {
        var written = 0
        while written < count {
            switch try step(written, count, append) {
            case .wrote(let count, let reader):
                written += count
                reader?.resume()
            case .spill(let elements, let position):
                keep(elements, at: position)
            case .wait:
                room.wait()
            }
        }
    }

    /// Takes the next step of writing `count` elements, of which `written` are written.
    private func step(
        _ written: Int,
        _ count: Int,
        _ append: (inout [Element], Range<Int>) -> Void
    ) throws -> Step {
        try state.withLock { state throws -> Step in
            guard case .writing = state.phase else { throw ClosureEnded() }
            guard !state.isCancelled else { throw CancellationError() }
            let room = min(limit - state.pending.count, count - written)
            if room > 0 {
                append(&state.pending, written..<written + room)
                return .wrote(room, Self.take(&state.reader))
            }
            if let spill, !state.cannotSpill, state.spilled + Int64(state.pending.count) <= spill.limit {
                state.isSpilling = true
                defer { state.pending = [] }
                return .spill(state.pending, at: state.spilled)
            }
            state.writerWaits = true
            return .wait
        }
    }

    /// Spills elements, outside the lock: the reader must not wait for a disk.
    private func keep(_ elements: [Element], at position: Int64) {
        let isKept = spill?.keep(elements, position) ?? false
        let reader = state.withLock { state in
            state.isSpilling = false
            if isKept {
                state.spilled = position + Int64(elements.count)
            } else {
                state.cannotSpill = true
                state.pending = elements
            }
            return Self.take(&state.reader)
        }
        reader?.resume()
    }

    /// Tells the task how far the writer is.
    func note(progress: Double) {
        let reader = state.withLock { state in
            state.progress = progress
            return Self.take(&state.reader)
        }
        reader?.resume()
    }

    // MARK: - A task that writes

    /// The same as ``fill(on:_:)`` for a task, which waits without a thread.
    func fill(_ body: () async throws -> Void) async {
        guard begin() else { return }
        do {
            try await body()
            end(with: .success(()))
        } catch {
            end(with: .failure(error))
        }
    }

    /// Writes `count` elements; suspends while there is no room, and gives way whenever some were spilled.
    ///
    /// - Parameter append: Appends those of a range of them to what waits.
    func write(_ count: Int, _ append: (inout [Element], Range<Int>) -> Void) async throws {
        var written = 0
        while written < count {
            switch try step(written, count, append) {
            case .wrote(let count, let reader):
                written += count
                reader?.resume()
            case .spill(let elements, let position):
                keep(elements, at: position)
                await Task.yield()
            case .wait:
                await waitForRoom()
            }
        }
    }

    private func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                // Woken meanwhile, when there was nobody to resume.
                guard state.writerWaits else { return false }
                state.writer = continuation
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    // MARK: - The task that goes on

    /// How far the writer is, if it has said so since the last call.
    func takeProgress() -> Double? {
        state.withLock { state in
            defer { state.progress = nil }
            return state.progress
        }
    }

    private enum Taken {
        case pending
        case spilled(at: Int64, count: Int)
        case nothing
        case end(Result<Void, any Error>)
    }

    /// Replaces what `buffer` has with the next elements; false at the end. There are none where the writer has
    /// said how far it is, and nothing else.
    ///
    /// - Throws: What the closure has thrown; `CancellationError` when it was cancelled; what restoring spilled
    ///   elements throws.
    func next(into buffer: inout [Element]) async throws -> Bool {
        buffer.removeAll(keepingCapacity: true)
        while true {
            switch state.withLock({ take(&$0, into: &buffer) }) {
            case .pending:
                return true
            case .spilled(let position, let count):
                try spill?.restore(&buffer, position, count)
                state.withLock { $0.restored += Int64(count) }
                return true
            case .nothing:
                await waitForChange(ofContent: true)
            case .end(let result):
                try result.get()
                return false
            }
        }
    }

    private func take(_ state: inout State, into buffer: inout [Element]) -> Taken {
        if case .ended(.failure(let error)) = state.phase { return .end(.failure(error)) }
        if state.isCancelled { return .nothing }
        if state.restored < state.spilled {
            return .spilled(at: state.restored, count: Int(min(state.spilled - state.restored, Int64(limit))))
        }
        guard !state.isSpilling else { return .nothing }
        // All that was spilled is taken: what comes next goes to the beginning again.
        state.spilled = 0
        state.restored = 0
        if !state.pending.isEmpty {
            swap(&state.pending, &buffer)
            wakeWriter(&state)
            return .pending
        }
        if state.progress != nil { return .pending }
        if case .ended(let result) = state.phase { return .end(result) }
        return .nothing
    }

    /// Lets some more elements gather for a millisecond where there were fewer than `few`: what comes one by one would
    /// else be sent one by one.
    func gather(after count: Int, few: Int) async {
        guard count < few, !hasEnded else { return }
        // Cancelled, it does not wait, and the next call says so.
        _ = await Task { try await Task.sleep(for: .milliseconds(1)) }.result
    }

    /// Returns when the closure has ended or, if asked for, when there is something to take.
    private func waitForChange(ofContent: Bool) async {
        await withCheckedContinuation { continuation in
            let resumesNow = state.withLock { state in
                if case .ended = state.phase { return true }
                let hasContent = state.restored < state.spilled || !state.isSpilling && !state.pending.isEmpty
                if ofContent, !state.isCancelled, hasContent || state.progress != nil { return true }
                state.reader = continuation
                return false
            }
            if resumesNow { continuation.resume() }
        }
    }

    private var hasEnded: Bool {
        state.withLock { state in
            if case .ended = state.phase { return true }
            return false
        }
    }

    /// Returns when the closure has ended.
    func waitForEnd() async {
        while !hasEnded { await waitForChange(ofContent: false) }
    }

    // MARK: - Cancellation

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Nobody wants the rest: the next write throws, and what was given to ``addInterrupt(_:)`` is called until it is
    /// removed.
    func cancel() {
        let (reader, withdraw) = state.withLock { state in
            state.isCancelled = true
            // What has not begun needs no thread any more.
            if case .queued = state.phase { state.phase = .ended(.failure(CancellationError())) }
            wakeWriter(&state)
            defer { state.withdraw = nil }
            return (Self.take(&state.reader), state.withdraw)
        }
        reader?.resume()
        withdraw?()
        guard beginInterrupting(), interruptAll() else { return }
        // A call that has not begun is not interrupted, and begins then.
        Task.detached { [self] in
            repeat { try await Task.sleep(for: BlockingCancellation.interruptInterval) } while interruptAll()
        }
    }

    /// False where the content is cancelled already.
    private func beginInterrupting() -> Bool {
        interrupts.withLock { interrupts in
            defer { interrupts.isCancelled = true }
            return !interrupts.isCancelled
        }
    }

    /// Calls what was given to ``addInterrupt(_:)`` and not removed since; false if there is none.
    private func interruptAll() -> Bool {
        // Under the lock: none may be called after it was removed.
        interrupts.withLock { interrupts in
            for interrupt in interrupts.all.values { interrupt() }
            return !interrupts.all.isEmpty
        }
    }

    /// - Throws: `CancellationError` when the content is cancelled already.
    func addInterrupt(_ interrupt: @escaping @Sendable () -> Void) throws -> Int {
        try interrupts.withLock { interrupts in
            guard !interrupts.isCancelled else { throw CancellationError() }
            interrupts.last += 1
            interrupts.all[interrupts.last] = interrupt
            return interrupts.last
        }
    }

    func removeInterrupt(_ number: Int) {
        interrupts.withLock { interrupts in
            interrupts.all[number] = nil
        }
    }

    private func wakeWriter(_ state: inout State) {
        guard state.writerWaits else { return }
        state.writerWaits = false
        if writesInTask {
            Self.take(&state.writer)?.resume()
        } else {
            room.signal()
        }
    }

    private static func take(_ reader: inout CheckedContinuation<Void, Never>?) -> CheckedContinuation<Void, Never>? {
        defer { reader = nil }
        return reader
    }
}

/// A closure's sink was used after the closure had ended.
struct ClosureEnded: Error, CustomStringConvertible {
    var description: String { "a sink was written to after the closure that it was given to had ended" }
}
