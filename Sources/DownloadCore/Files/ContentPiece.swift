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
    @inlinable @inline(__always)
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }
}

extension Substring: TextPiece {
    @inlinable @inline(__always)
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }
}

extension Array: ContentPiece, BytesPiece where Element == UInt8 {
    @inlinable @inline(__always)
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }
}

extension ArraySlice: ContentPiece, BytesPiece where Element == UInt8 {
    @inlinable @inline(__always)
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }
}
