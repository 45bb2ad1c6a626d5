/// Somewhere bytes can be written: the client of a download, or a filter on the way to it.
///
/// A file writes itself into a sink piece by piece. Sinks compose without allocation: `RangeSink` forwards only the
/// wanted bytes, others count or hash. A sink is not copyable, so the order of the bytes is the order of the calls.
///
/// A function of your own takes it as `inout some ByteSink & ~Copyable`, and is `nonisolated(nonsending)` if it is
/// asynchronous, as all are with the upcoming feature `NonisolatedNonsendingByDefault`: otherwise the compiler says
/// that sending the sink risks data races.
public protocol ByteSink: ~Copyable {
    /// Accepts the next bytes of the content, in order, and returns when the sink can take more.
    ///
    /// A slow client suspends the caller here; that is all the back-pressure there is, and all that is needed. The
    /// bytes are copied or sent before the call returns. An empty span is allowed and does nothing.
    ///
    /// - Throws: When the bytes can no longer be delivered or are no longer wanted. The generator should let the error
    ///   pass: its caller knows what it means.
    mutating func write(_ bytes: RawSpan) async throws

    /// Accepts the next bytes if that is possible here and now, without suspending or failing; false if not, and then
    /// nothing was accepted.
    ///
    /// A fast path for small pieces, which the texts and arrays below try first: an asynchronous call costs several
    /// times what copying a line does. The default is false: ``write(_:)`` then does it all.
    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool

    /// Tells how much of the work is done, for a content whose size is not known: from 0 to 1.
    ///
    /// Those who wait for a prepared download see it as a percentage, and as the time that is left. Everywhere else
    /// it does nothing, which is the default, and costs nothing. It may be called as often as is convenient.
    mutating func progress(_ fraction: Double)
}

extension ByteSink where Self: ~Copyable {
    @inlinable
    public mutating func writeAtOnce(_ bytes: RawSpan) -> Bool { false }

    @inlinable
    public mutating func progress(_ fraction: Double) {}

    /// Tells how much of the work is done: so many of all rows, pages or days.
    @inlinable
    public mutating func progress(_ done: Int, of total: Int) {
        progress(total > 0 ? Double(done) / Double(total) : 1)
    }
}

extension ByteSink where Self: ~Copyable {
    /// Writes the UTF-8 encoding of a text.
    @inlinable @inline(__always)
    public mutating func write(_ text: String) async throws {
        if text.writeUTF8AtOnce(to: &self) { return }
        try await write(unsafe text.utf8Span.span.bytes)
    }

    /// Writes the UTF-8 encoding of a part of a text.
    @inlinable @inline(__always)
    public mutating func write(_ text: Substring) async throws {
        if text.writeUTF8AtOnce(to: &self) { return }
        try await write(unsafe text.utf8Span.span.bytes)
    }

    /// Writes the bytes of an array.
    @inlinable @inline(__always)
    public mutating func write(_ bytes: [UInt8]) async throws {
        if writeAtOnce(unsafe bytes.span.bytes) { return }
        try await write(unsafe bytes.span.bytes)
    }

    /// Writes the bytes of a part of an array.
    @inlinable @inline(__always)
    public mutating func write(_ bytes: ArraySlice<UInt8>) async throws {
        if writeAtOnce(unsafe bytes.span.bytes) { return }
        try await write(unsafe bytes.span.bytes)
    }
}

extension StringProtocol {
    /// Writes the UTF-8 encoding at once, see ``ByteSink/writeAtOnce(_:)``. By way of the storage, which takes fewer
    /// instructions than the text's span does.
    @inlinable @inline(__always)
    func writeUTF8AtOnce(to sink: inout some ByteSink & ~Copyable) -> Bool {
        let isWritten = utf8.withContiguousStorageIfAvailable { bytes in
            unsafe sink.writeAtOnce(UnsafeRawBufferPointer(bytes).bytes)
        }
        return isWritten ?? false
    }
}
