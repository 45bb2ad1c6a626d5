public import DownloadCore
public import NIOCore

/// A `ByteBuffer` is a piece of bytes, its readable ones: what a generator yields, and what a sink takes.
extension ByteBuffer: BytesPiece {
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }

    public func writeAtOnce(to sink: inout some ByteSink & ~Copyable) -> Bool {
        unsafe withUnsafeReadableBytes { bytes in unsafe sink.writeAtOnce(bytes.bytes) }
    }
}

extension ByteSink where Self: ~Copyable {
    /// Writes the readable bytes of `buffer`.
    public mutating func write(_ buffer: ByteBuffer) async throws {
        try await write(buffer.readableBytesSpan)
    }
}

extension ContentFile {
    /// Wraps the readable bytes of `buffer`.
    public init(_ buffer: ByteBuffer, name: String = "") {
        self.init(Array(buffer.readableBytesView), name: name)
    }
}

extension DownloadRequest {
    /// The content of the request.
    public var bodyBuffer: ByteBuffer { ByteBuffer(bytes: body) }
}
