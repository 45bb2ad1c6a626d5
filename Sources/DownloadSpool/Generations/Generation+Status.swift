internal import DownloadSystem

/// How far it is, and waiting for its end.
extension Generation {
    /// What those who ask are told.
    var status: GenerationStatus {
        state.withLock { state in
            GenerationStatus(
                identity: id.digits,
                state: state.isCancelled ? .failed : .init(state.ledger.phase, hasEnded: state.hasEnded),
                byteCount: state.ledger.count,
                size: state.size,
                estimate: state.estimate,
                elapsed: .milliseconds(state.began == 0 ? 0 : max(0, MonotonicClock.now - state.began))
            )
        }
    }

    /// Whether its readers have to come now: there is no room on the disk, and it waits for them.
    var isStreaming: Bool { state.withLock { $0.ledger.isStreaming } }

    /// Why it has failed; nil if it has not.
    var failure: (any Error)? {
        state.withLock { $0.ledger.phase == .failed || $0.isCancelled ? $0.failure ?? GenerationLost() : nil }
    }

    /// Notes how much of the work is done.
    func note(estimate: Double) {
        guard estimate.isFinite else { return }
        let estimate = max(0, min(1, estimate))
        let record = state.withLock { state in
            state.estimate = estimate
            return state.record
        }
        record?.note(estimate: estimate)
    }

    /// Notes how many bytes there will be, and that it has begun.
    func noteBeginning(size: Int64?, record: RecordWriter?) {
        state.withLock { state in
            state.size = size
            state.record = record
            if state.began == 0 { state.began = MonotonicClock.now }
        }
    }

    /// Notes what the process that generates it tells.
    func note(_ record: GenerationRecord) {
        state.withLock { state in
            state.size = record.contentSize ?? state.size
            state.estimate = record.estimate.map { Double($0) / 1_000_000 } ?? state.estimate
            state.began = MonotonicClock.now - max(0, WallClock.now / 1_000_000 - record.began)
        }
    }

    /// Returns when its task has ended or waits for readers, or the time is over.
    ///
    /// - Throws: `CancellationError` when the caller's task is cancelled.
    func waitForOutcome(upTo limit: Duration) async throws {
        // Not by a task beside this one, which would have to be told apart from the request's.
        let deadline = MonotonicClock.now + limit.milliseconds
        var pause: Int64 = 2
        while true {
            let isOver = state.withLock { $0.hasEnded || $0.ledger.isStreaming || $0.isCancelled }
            let left = deadline - MonotonicClock.now
            guard !isOver, left > 0 else { return }
            try await Task.sleep(for: .milliseconds(min(pause, left)))
            pause = min(pause * 2, 100)
        }
    }
}

extension GenerationStatus.State {
    fileprivate init(_ phase: GenerationLedger.Phase, hasEnded: Bool) {
        switch phase {
        case .pending: self = .pending
        case .running: self = .running
        // Until the file has its name.
        case .complete: self = hasEnded ? .whole : .running
        case .failed: self = .failed
        }
    }
}

/// Tells the other processes how far a generation is, twice a second at most.
final class RecordWriter: Sendable {
    private static let interval: Int64 = 500

    private let file: OpenFile
    private let state: Lock<(record: GenerationRecord, writtenAt: Int64)>

    init(_ file: OpenFile, _ record: GenerationRecord) {
        self.file = file
        state = Lock((record, MonotonicClock.now))
        write(record)
    }

    func note(estimate: Double) {
        let now = MonotonicClock.now
        let due = state.withLock { state -> GenerationRecord? in
            state.record.estimate = Int(estimate * 1_000_000)
            guard now - state.writtenAt >= Self.interval else { return nil }
            state.writtenAt = now
            return state.record
        }
        if let due { write(due) }
    }

    func noteFailure(status: Int) {
        let record = state.withLock { state in
            state.record.failure = status
            return state.record
        }
        write(record)
    }

    private func write(_ record: GenerationRecord) {
        // What can't be told is not worth failing for.
        let bytes = record.bytes
        _ = unsafe try? file.descriptor.write(bytes.span.bytes, at: 0)
    }
}
