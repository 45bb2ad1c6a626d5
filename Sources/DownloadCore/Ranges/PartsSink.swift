/// Cuts parts out of one run of a content and writes each with its head in front: the body of a `multipart/byteranges`
/// answer.
///
/// As with ``RangeSink``, the write that delivers the last wanted byte throws ``PartsSink/Done``, and
/// ``finish(endedAt:)`` says how it went.
struct PartsSink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    /// Thrown into a generator when no more of its bytes are wanted: not a failure.
    struct Done: Error {}

    private var base: Base
    private let frame: MultipartByteRanges
    private var parts: Range<Int>
    private var position: Int64
    /// What the sink behind has thrown, or a `CancellationError` where the task was cancelled between two parts,
    /// whatever the generator made of it. Nothing was forwarded since.
    private(set) var failure: (any Error)?

    /// Creates a sink for the parts numbered `parts`, whose ranges must ascend, of a content that is written from
    /// `position`.
    init(_ base: consuming Base, frame: MultipartByteRanges, parts: Range<Int>, from position: Int64) {
        self.base = base
        self.frame = frame
        self.parts = parts
        self.position = position
    }

    mutating func write(_ bytes: RawSpan) async throws {
        if let failure { throw failure }
        var offset = 0
        while let part = parts.first {
            let range = frame.ranges[part]
            let start = max(range.lowerBound - position, Int64(offset))
            guard start < bytes.byteCount else { break }
            let end = min(range.upperBound - position, Int64(bytes.byteCount))
            do {
                if position + start == range.lowerBound { try await base.write(frame.heads[part]) }
                try await base.write(bytes.extracting(Int(start)..<Int(end)))
            } catch {
                failure = error
                throw error
            }
            offset = Int(end)
            if position + end == range.upperBound { parts.removeFirst() } else { break }
        }
        let start = position
        position += Int64(bytes.byteCount)
        if parts.isEmpty { throw Done() }
        guard offset == 0 else { return }
        do {
            try await pauseAfterDropping(from: start, to: position)
        } catch {
            failure = error
            throw error
        }
    }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        guard failure == nil, let part = parts.first else { return false }
        let range = frame.ranges[part]
        let end = position + Int64(bytes.byteCount)
        if end <= range.lowerBound {
            // Where it is time to pause, that is for ``write(_:)``.
            guard !isTimeToPause(from: position, to: end) else { return false }
        } else {
            // Only what is inside a part that has begun and goes on: heads and ends are for ``write(_:)``.
            guard position > range.lowerBound, end < range.upperBound, base.writeAtOnce(bytes) else { return false }
        }
        position = end
        return true
    }

    /// The sink behind, handed back after the generator has ended.
    ///
    /// - Parameter position: Set to where the content ended, if a part is missing; nil when all parts are there.
    consuming func finish(endedAt position: inout Int64?) -> Base {
        position = parts.isEmpty ? nil : self.position
        return base
    }
}
