internal import DownloadCore
internal import DownloadSystem

/// A compressor before a sink, which two tasks use: the *writer*, whose content it is, and the *flusher*, which sends
/// what the writer has left in the compressor while it waits for its source.
///
/// Small pieces are staged, so that the compressor is asked for 32 KiB at a time. Staging takes a lock; whoever codes
/// and sends has the turn besides, which is held over a wait for the client.
///
/// `@unchecked Sendable`: `sink`, `coder` and `output` are touched by who has the turn alone, all else is behind the
/// lock.
final class CompressedStream<Sink: ByteSink & ~Copyable>: @unchecked Sendable {
    private let shared = Lock(CompressionState())
    private let share: CompressorBudget.Share
    private let coder: any ContentCoder
    private var sink: Sink?
    private var output = [UInt8](repeating: 0, count: 32_768)

    init(_ sink: consuming Sink, coder: any ContentCoder, budget: CompressorBudget = .shared) {
        share = CompressorBudget.Share(of: budget)
        self.sink = consume sink
        self.coder = coder
    }

    /// The sink behind, handed back when neither task uses it any more.
    func takeSink() -> Sink {
        guard let sink = sink.take() else { preconditionFailure("a sink is handed back once") }
        return sink
    }

    /// Why nothing more is accepted.
    var failure: (any Error)? { shared.withLock { $0.failure } }

    /// Accepts nothing more; the error that is to be thrown.
    func fail(_ error: any Error) -> any Error {
        shared.withLock { shared in
            let first = shared.failure ?? error
            shared.failure = first
            return first
        }
    }

    // MARK: - The writer

    /// Takes a piece if it needs no compressor yet; false if it does, and then nothing was taken.
    func stageWhole(_ bytes: RawSpan) -> Bool {
        let (isStaged, flusher) = shared.withLock { shared in
            guard shared.failure == nil, bytes.byteCount <= shared.room else {
                return (false, nil as CheckedContinuation<Void, Never>?)
            }
            return (true, shared.stage(bytes))
        }
        flusher?.resume()
        return isStaged
    }

    func write(_ bytes: RawSpan) async throws {
        var rest = bytes
        while true {
            let (count, flusher) = try shared.withLock { shared in
                if let failure = shared.failure { throw failure }
                let piece = rest.extracting(first: shared.room)
                return (piece.byteCount, shared.stage(piece))
            }
            flusher?.resume()
            rest = rest.extracting(droppingFirst: count)
            if rest.isEmpty { return }
            try await run(.take)
        }
    }

    /// Tells the sink behind how much of the work is done: now, or with the next bytes.
    func progress(_ fraction: Double) {
        let isTurn = shared.withLock { shared in
            shared.progress = fraction
            defer { shared.isTurnTaken = true }
            return !shared.isTurnTaken
        }
        guard isTurn else { return }
        tellProgress()
        endTurn()
    }

    /// To be called with the turn.
    private func tellProgress() {
        if let fraction = shared.withLock({ $0.progress.take() }) { sink?.progress(fraction) }
    }

    /// Ends the stream: to be called once the content is whole.
    func end() async throws {
        try await run(.end)
    }

    // MARK: - The flusher

    /// Sends what was staged, `pause` after it was; returns when the task is cancelled, or when nothing more can be
    /// sent.
    func flushInTime(_ pause: @Sendable () async throws -> Void) async {
        while await waitUntilUnflushed() {
            do {
                try await pause()
                try await run(.flush)
            } catch {
                // Of a client that is gone the writer finds out by itself.
                return
            }
        }
    }

    /// Returns when there is something to flush; false when there will be nothing.
    private func waitUntilUnflushed() async -> Bool {
        await withTaskCancellationHandler { [shared] in
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let goesOn = shared.withLock { shared in
                    if shared.isUnflushed || shared.failure != nil || Task.isCancelled { return true }
                    shared.flusher = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: { [shared] in
            shared.withLock { $0.flusher.take() }?.resume()
        }
        return !Task.isCancelled && failure == nil
    }

    // MARK: - Coding and sending

    private func run(_ directive: CodingDirective) async throws {
        await takeTurn()
        defer { endTurn() }
        let (failure, hasWork) = shared.withLock { ($0.failure, $0.isUnflushed || directive != .flush) }
        if let failure { throw failure }
        // The writer may have ended the stream meanwhile.
        guard hasWork else { return }
        do {
            var isDone = false
            while !isDone {
                let step = try shared.withLock { try $0.code(directive, by: coder, into: &output) }
                isDone = step.isDone
                if step.given > 0 { try await send(step.given) }
            }
        } catch {
            throw fail(error)
        }
    }

    /// Sends the first bytes of the output. To be called with the turn.
    private func send(_ count: Int) async throws {
        tellProgress()
        let bytes = output
        output = []
        if sink?.writeAtOnce(unsafe bytes.span.bytes.extracting(first: count)) != true {
            try await sink?.write(unsafe bytes.span.bytes.extracting(first: count))
        }
        output = bytes
    }

    private func takeTurn() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let goesOn = shared.withLock { shared in
                guard shared.isTurnTaken else {
                    shared.isTurnTaken = true
                    return true
                }
                shared.turnWaiter = continuation
                return false
            }
            if goesOn { continuation.resume() }
        }
    }

    /// Gives the turn to who waits for it, if anybody does.
    private func endTurn() {
        let next = shared.withLock { shared in
            if shared.turnWaiter == nil { shared.isTurnTaken = false }
            return shared.turnWaiter.take()
        }
        next?.resume()
    }
}

/// What the two tasks of a ``CompressedStream`` share.
private struct CompressionState {
    /// How many bytes are staged before the compressor is asked.
    private static let stageSize = 32_768

    private var staged: [UInt8] = []
    /// Whether something was staged that has not been flushed.
    private(set) var isUnflushed = false
    var isTurnTaken = false
    /// Who waits for the turn: there are but two.
    var turnWaiter: CheckedContinuation<Void, Never>?
    /// The flusher, which waits for something to flush.
    var flusher: CheckedContinuation<Void, Never>?
    var failure: (any Error)?
    /// How much of the work is done, if the sink behind has not been told.
    var progress: Double?

    /// How many bytes can be staged.
    var room: Int { Self.stageSize - staged.count }

    /// Stages a piece that there is room for; the flusher, if it is to be woken.
    mutating func stage(_ bytes: RawSpan) -> CheckedContinuation<Void, Never>? {
        guard !bytes.isEmpty else { return nil }
        if staged.isEmpty { staged.reserveCapacity(Self.stageSize) }
        unsafe bytes.withUnsafeBytes { unsafe staged.append(contentsOf: $0) }
        isUnflushed = true
        return flusher.take()
    }

    /// Codes what is staged, as far as the output has room.
    mutating func code(
        _ directive: CodingDirective,
        by coder: any ContentCoder,
        into output: inout [UInt8]
    ) throws -> CodingStep {
        let step = try coder.code(unsafe staged.span.bytes, directive, into: &output)
        if step.taken == staged.count {
            staged.removeAll(keepingCapacity: true)
        } else {
            staged.removeFirst(step.taken)
        }
        if step.isDone, directive != .take { isUnflushed = false }
        return step
    }
}
