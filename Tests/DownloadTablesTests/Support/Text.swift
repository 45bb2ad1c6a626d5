import DownloadCore

/// Keeps what is written into it.
struct CollectingSink: ByteSink, ~Copyable {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ bytes: RawSpan) async throws {
        unsafe bytes.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
    }

    consuming func finish() -> String { String(decoding: bytes, as: UTF8.self) }
}

/// The text that a content writes.
func text(of content: some DownloadContent) async throws -> String {
    var sink = CollectingSink()
    try await content.write(to: &sink)
    return sink.finish()
}

/// Thrown by rows that fail.
struct RowFailure: Error {}

/// The numbers from 1 to `count`, and an error behind them.
func failingRows(after count: Int) -> AsyncThrowingStream<Int, any Error> {
    let (rows, continuation) = AsyncThrowingStream<Int, any Error>.makeStream()
    for number in 0..<count { continuation.yield(number + 1) }
    continuation.finish(throwing: RowFailure())
    return rows
}

/// Keeps how large each piece was that was written.
struct PiecesSink: ByteSink, ~Copyable {
    private(set) var sizes: [Int] = []

    mutating func write(_ bytes: RawSpan) async throws { sizes.append(bytes.byteCount) }
}
