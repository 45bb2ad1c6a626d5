/// Forwards the bytes of one range of a content and drops the others.
///
/// The ``write(_:)`` that delivers the last wanted byte throws ``RangeSink/Done``, and so does every one after it: that
/// ends the generator early. Whether the range is complete is for ``finish(missing:)`` to say, not for what the
/// generator throws: it may have swallowed the error, or have wrapped it in its own.
package struct RangeSink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    /// Thrown into a generator when no more of its bytes are wanted: not a failure.
    package struct Done: Error {}

    private var base: Base
    /// How many bytes have still to come before the first wanted one.
    private(set) var toSkip: Int64
    private var toForward: Int64
    /// What the sink behind has thrown, or a `CancellationError` where the task was cancelled before the first wanted
    /// byte, whatever the generator made of it. Nothing was forwarded since.
    package private(set) var failure: (any Error)?

    /// Creates a sink that forwards `range` of the bytes written to it, counted from 0.
    package init(_ base: consuming Base, range: Range<Int64>) {
        self.base = base
        toSkip = range.lowerBound
        toForward = range.upperBound - range.lowerBound
    }

    package mutating func write(_ bytes: RawSpan) async throws {
        // After a failed write nothing may follow: a generator that swallowed the error would fill the gap with later
        // bytes.
        if let failure { throw failure }
        guard toForward > 0 else { throw Done() }
        let count = Int64(bytes.byteCount)
        if toSkip >= count {
            toSkip -= count
            do {
                try await pauseAfterDropping(from: toSkip + count, to: toSkip)
            } catch {
                failure = error
                throw error
            }
            return
        }
        let wanted = bytes.extracting(droppingFirst: Int(toSkip)).extracting(first: Int(clamping: toForward))
        toSkip = 0
        do {
            try await base.write(wanted)
        } catch {
            failure = error
            throw error
        }
        toForward -= Int64(wanted.byteCount)
        if toForward == 0 { throw Done() }
    }

    package mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        let count = Int64(bytes.byteCount)
        guard failure == nil, toForward > 0 else { return false }
        if toSkip >= count {
            // Where it is time to pause, that is for ``write(_:)``.
            guard !isTimeToPause(from: toSkip, to: toSkip - count) else { return false }
            toSkip -= count
            return true
        }
        // Only what is wanted whole and is not the last: the rest is for ``write(_:)``, which may throw.
        guard toSkip == 0, count < toForward, base.writeAtOnce(bytes) else { return false }
        toForward -= count
        return true
    }

    /// The sink behind, handed back after the generator has ended.
    ///
    /// - Parameter missing: Set to the number of wanted bytes that never came; 0 when the range is complete.
    package consuming func finish(missing: inout Int64) -> Base {
        missing = toForward
        return base
    }
}

extension ByteSink where Self: ~Copyable {
    /// Writes the bytes of `range` out of what `produce` writes, which begins at the position `start` of a content.
    ///
    /// - Parameter size: The size of the whole content in bytes, or nil if it is unknown.
    /// - Throws: What `produce` or the sink throws before the last byte of the range; ``ContentLengthMismatch`` if
    ///   `produce` returns before it. What is thrown later is not a failure.
    package mutating func write(
        _ range: Range<Int64>,
        from start: Int64,
        ofSize size: Int64?,
        by produce: (inout RangeSink<Self>) async throws -> Void
    ) async throws {
        var cut = RangeSink(self, range: range.lowerBound - start..<range.upperBound - start)
        var outcome: Result<Void, any Error> = .success(())
        do {
            try await produce(&cut)
        } catch {
            outcome = .failure(error)
        }
        let failure = cut.failure
        let unskipped = cut.toSkip
        var missing: Int64 = 0
        self = cut.finish(missing: &missing)
        // When every wanted byte has passed, whatever ended the generator is not a failure.
        guard missing > 0 else { return }
        if let failure { throw failure }
        try outcome.get()
        throw ContentLengthMismatch(
            declared: size ?? range.upperBound,
            written: range.upperBound - missing - unskipped,
            mayBeShorter: start > 0 && missing == range.upperBound - start
        )
    }
}

extension Range<Int64> {
    /// The range as indices of a content in memory that has `count` bytes.
    func clamped(toCount count: Int) -> Range<Int> {
        (Int(clamping: lowerBound)..<Int(clamping: upperBound)).clamped(to: 0..<count)
    }
}

/// Lets others go on, and finds out whether the task was cancelled, once for every 256 KiB that are dropped: the sink
/// behind, which does both, is not called meanwhile. A server that starts a request's task at once can cancel it only
/// once it has suspended.
///
/// - Throws: `CancellationError` when the task is cancelled: nobody wants what was to come.
package func pauseAfterDropping(from start: Int64, to end: Int64) async throws {
    guard isTimeToPause(from: start, to: end) else { return }
    await Task.yield()
    try Task.checkCancellation()
}

/// Whether a multiple of 256 KiB lies between two positions: a pause takes some microseconds.
func isTimeToPause(from start: Int64, to end: Int64) -> Bool {
    start >> 18 != end >> 18
}
