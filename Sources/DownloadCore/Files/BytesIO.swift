/// Bytes in memory, read from their beginning: Python's `BytesIO`.
public struct BytesIO: DownloadContent, Sendable {
    private var bytes: [UInt8]

    /// Creates a reader of `bytes`.
    public init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    /// Appends to the bytes.
    public mutating func write(_ more: some Sequence<UInt8>) {
        bytes += more
    }

    /// The bytes so far: Python's `getvalue()`.
    public var value: [UInt8] { bytes }

    public var size: Int64? { Int64(bytes.count) }
    public var isRepeatable: Bool { true }
    public var isSeekable: Bool { true }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(bytes)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(bytes[range.clamped(toCount: bytes.count)])
    }
}
