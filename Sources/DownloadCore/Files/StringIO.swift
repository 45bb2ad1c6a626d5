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
