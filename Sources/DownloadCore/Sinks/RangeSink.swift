/// Forwards the bytes of one range of a content and drops the others.
///
/// Once the last wanted byte has passed, the next ``write(_:)`` throws ``RangeSink/Done``, which ends the generator early.
public struct RangeSink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    /// Thrown into a generator when no more of its bytes are wanted: not a failure.
    public struct Done: Error {}

    private var base: Base
    private var toSkip: Int64
    private var toForward: Int64

    /// Creates a sink that forwards `range` of the bytes written to it, counted from 0.
    public init(_ base: consuming Base, range: Range<Int64>) {
        self.base = base
        toSkip = range.lowerBound
        toForward = range.upperBound - range.lowerBound
    }

    public mutating func write(_ bytes: RawSpan) async throws {
        let count = Int64(bytes.byteCount)
        if toSkip >= count {
            toSkip -= count
            return
        }
        guard toForward > 0 else { throw Done() }
        let wanted = bytes.extracting(droppingFirst: Int(toSkip)).extracting(first: Int(clamping: toForward))
        toSkip = 0
        toForward -= Int64(wanted.byteCount)
        try await base.write(wanted)
    }

    /// The sink behind, handed back after the generator has ended.
    ///
    /// - Parameter missing: Set to the number of wanted bytes that never came; 0 when the range is complete.
    public consuming func finish(missing: inout Int64) -> Base {
        missing = toForward
        return base
    }
}
