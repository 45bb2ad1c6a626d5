internal import DownloadCore

/// The sink that a file writes into which is compressed on its way.
struct CompressingSink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    private let stream: CompressedStream<Base>
    private let declared: Int64?
    private var count: Int64 = 0
    /// Up to where it was looked whether it is time to give way.
    private var lookedUntil: Int64 = 0

    /// - Parameter declared: The size in bytes that the file has; nil if it is unknown.
    init(_ stream: CompressedStream<Base>, declared: Int64?) {
        self.stream = stream
        self.declared = declared
    }

    mutating func write(_ bytes: RawSpan) async throws {
        guard fits(bytes.byteCount) else {
            // A generator that swallows it does not make a whole download of it.
            throw stream.fail(
                ContentLengthMismatch(declared: declared ?? 0, written: count + Int64(bytes.byteCount))
            )
        }
        try await stream.write(bytes)
        count += Int64(bytes.byteCount)
        do {
            // What is written seldom, since it is compressed well, gives way seldom.
            try await pauseAfterDropping(from: lookedUntil, to: count)
        } catch {
            throw stream.fail(error)
        }
        lookedUntil = count
    }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        guard fits(bytes.byteCount), stream.stageWhole(bytes) else { return false }
        count += Int64(bytes.byteCount)
        return true
    }

    mutating func progress(_ fraction: Double) {
        stream.progress(fraction)
    }

    /// Ends the stream.
    ///
    /// - Throws: ``ContentLengthMismatch`` if the content is shorter than declared; what a write has thrown.
    consuming func finish() async throws {
        if let declared, count < declared, stream.failure == nil {
            throw ContentLengthMismatch(declared: declared, written: count)
        }
        try await stream.end()
    }

    private func fits(_ bytes: Int) -> Bool {
        declared.map { Int64(bytes) <= $0 - count } ?? true
    }
}
