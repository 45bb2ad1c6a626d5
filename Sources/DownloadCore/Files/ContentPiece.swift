/// What a generator yields: a text, or some bytes.
public protocol ContentPiece {
    /// Writes the piece into a sink in one call.
    func write(to sink: inout some ByteSink & ~Copyable) async throws
}

/// A piece of text, written as UTF-8.
public protocol TextPiece: ContentPiece {}

/// A piece of bytes.
public protocol BytesPiece: ContentPiece {}

extension String: TextPiece {
    @inlinable
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(unsafe utf8Span.span.bytes)
    }
}

extension Substring: TextPiece {
    @inlinable
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(unsafe utf8Span.span.bytes)
    }
}

extension Array: ContentPiece, BytesPiece where Element == UInt8 {
    @inlinable
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(unsafe span.bytes)
    }
}

extension ArraySlice: ContentPiece, BytesPiece where Element == UInt8 {
    @inlinable
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(unsafe span.bytes)
    }
}
