/// What a generator yields: a text, or some bytes.
///
/// Strings, arrays of bytes and parts of them are pieces. Another type becomes one by a line, for instance Foundation's
/// `Data`:
///
///     extension Data: @retroactive BytesPiece {
///         public func write(to sink: inout some ByteSink & ~Copyable) async throws { try await sink.write(bytes) }
///     }
public protocol ContentPiece {
    /// Writes the piece into a sink in one call.
    func write(to sink: inout some ByteSink & ~Copyable) async throws

    /// Writes the piece if that is possible here and now; false if not, and then nothing was written. The default is
    /// false.
    ///
    /// See ``ByteSink/writeAtOnce(_:)``.
    func writeAtOnce(to sink: inout some ByteSink & ~Copyable) -> Bool
}

extension ContentPiece {
    @inlinable
    public func writeAtOnce(to sink: inout some ByteSink & ~Copyable) -> Bool { false }
}

/// A piece of text, written as UTF-8.
public protocol TextPiece: ContentPiece {}

/// A piece of bytes.
public protocol BytesPiece: ContentPiece {}

extension String: TextPiece {
    @inlinable @inline(__always)
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }

    @inlinable @inline(__always)
    public func writeAtOnce(to sink: inout some ByteSink & ~Copyable) -> Bool {
        writeUTF8AtOnce(to: &sink)
    }
}

extension Substring: TextPiece {
    @inlinable @inline(__always)
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }

    @inlinable @inline(__always)
    public func writeAtOnce(to sink: inout some ByteSink & ~Copyable) -> Bool {
        writeUTF8AtOnce(to: &sink)
    }
}

extension Array: ContentPiece, BytesPiece where Element == UInt8 {
    @inlinable @inline(__always)
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }

    @inlinable @inline(__always)
    public func writeAtOnce(to sink: inout some ByteSink & ~Copyable) -> Bool {
        sink.writeAtOnce(unsafe span.bytes)
    }
}

extension ArraySlice: ContentPiece, BytesPiece where Element == UInt8 {
    @inlinable @inline(__always)
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }

    @inlinable @inline(__always)
    public func writeAtOnce(to sink: inout some ByteSink & ~Copyable) -> Bool {
        sink.writeAtOnce(unsafe span.bytes)
    }
}
