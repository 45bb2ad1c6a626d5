/// A text in memory, read from its beginning: Python's `StringIO`.
public struct StringIO: DownloadContent, Sendable {
    private var text: String

    /// Creates a reader of `text`.
    public init(_ text: String = "") {
        self.text = text
    }

    /// Appends to the text.
    public mutating func write(_ more: some StringProtocol) {
        text += more
    }

    /// The text so far: Python's `getvalue()`.
    public var value: String { text }

    /// The size of the UTF-8 encoding, in bytes.
    public var size: Int64? { Int64(text.utf8.count) }
    public var isRepeatable: Bool { true }
    public var isSeekable: Bool { true }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(text)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        let bytes = unsafe text.utf8Span.span.bytes
        try await sink.write(bytes.extracting(range.clamped(toCount: bytes.byteCount)))
    }
}

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
