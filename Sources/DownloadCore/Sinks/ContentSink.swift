/// The sink that a closure writes its content into.
///
/// It hides which sink stands behind it, so that a closure need not be generic. A file that implements
/// ``DownloadContent/write(to:)`` itself saves the indirection. How to hand it to a function of your own is told at
/// ``ByteSink``.
public struct ContentSink: ByteSink, ~Copyable {
    private let target: ErasedSink

    fileprivate init(_ target: ErasedSink) {
        self.target = target
    }

    public mutating func write(_ bytes: RawSpan) async throws {
        try await target.write(bytes)
    }

    public mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        target.writeAtOnce(bytes)
    }

    public mutating func progress(_ fraction: Double) {
        target.progress(fraction)
    }
}

/// The dynamic dispatch behind ``ContentSink``.
private class ErasedSink {
    func write(_ bytes: RawSpan) async throws {
        preconditionFailure("ErasedSink is abstract")
    }

    func writeAtOnce(_ bytes: RawSpan) -> Bool { false }

    func progress(_ fraction: Double) {}
}

/// Owns a sink for as long as a closure writes into it.
private final class SinkBox<Sink: ByteSink & ~Copyable>: ErasedSink {
    var sink: Sink?

    init(_ sink: consuming Sink) {
        self.sink = consume sink
    }

    override func write(_ bytes: RawSpan) async throws {
        // Nil only after the closure's call has ended, when no caller can hold the `inout` sink any more.
        try await sink?.write(bytes)
    }

    override func writeAtOnce(_ bytes: RawSpan) -> Bool {
        sink?.writeAtOnce(bytes) ?? false
    }

    override func progress(_ fraction: Double) {
        sink?.progress(fraction)
    }
}

/// Lends `sink` to `body` as a ``ContentSink``, and has it back when `body` returns or throws.
func withContentSink<Sink: ByteSink & ~Copyable>(
    writingTo sink: inout Sink,
    _ body: (inout ContentSink) async throws -> Void
) async throws {
    let box = SinkBox(sink)
    let result: Result<Void, any Error>
    do {
        var erased = ContentSink(box)
        result = .success(try await body(&erased))
    } catch {
        result = .failure(error)
    }
    guard let returned = box.sink.take() else { preconditionFailure("a lent sink was taken twice") }
    sink = returned
    try result.get()
}
