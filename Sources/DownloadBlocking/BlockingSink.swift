/// Where code that blocks writes its content: the synchronous counterpart of a `ByteSink`.
///
/// It belongs to the closure that was given it and to the thread that runs this closure; do not keep it.
public final class BlockingSink {
    private let channel: BlockingChannel<UInt8>
    private var reported = 0.0

    init(_ channel: BlockingChannel<UInt8>) {
        self.channel = channel
    }

    /// Writes bytes, and blocks the thread while the client is behind by more than ``RunAhead`` allows.
    ///
    /// - Throws: `CancellationError` when nobody wants the rest any more: the client has left, a limit was passed, or
    ///   all that a range asked for is there. Let it pass.
    public func write(_ bytes: RawSpan) throws {
        try channel.write(bytes.byteCount) { pending, range in
            unsafe bytes.extracting(range).withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
        }
    }

    /// Writes the UTF-8 encoding of a text, see ``write(_:)-(RawSpan)``.
    public func write(_ text: String) throws {
        try write(unsafe text.utf8Span.span.bytes)
    }

    /// Writes the UTF-8 encoding of a part of a text, see ``write(_:)-(RawSpan)``.
    public func write(_ text: Substring) throws {
        try write(unsafe text.utf8Span.span.bytes)
    }

    /// Writes the bytes of an array, see ``write(_:)-(RawSpan)``.
    public func write(_ bytes: [UInt8]) throws {
        try write(unsafe bytes.span.bytes)
    }

    /// Writes the bytes of a part of an array, see ``write(_:)-(RawSpan)``.
    public func write(_ bytes: ArraySlice<UInt8>) throws {
        try write(unsafe bytes.span.bytes)
    }

    /// Tells how much of the work is done, from 0 to 1; see `ByteSink.progress(_:)`. It may be called for every row:
    /// what is less than a thousandth more than before is not passed on.
    public func progress(_ fraction: Double) {
        guard abs(fraction - reported) >= 0.001 || fraction >= 1 && reported < 1 else { return }
        reported = fraction
        channel.note(progress: fraction)
    }

    /// Tells how much of the work is done: so many of all rows, pages or days.
    public func progress(_ done: Int, of total: Int) {
        progress(total > 0 ? Double(done) / Double(total) : 1)
    }

    /// Whether nobody wants the rest any more, and how to be told so.
    public var cancellation: BlockingCancellation { BlockingCancellation(channel) }
}
