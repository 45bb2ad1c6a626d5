internal import DownloadCore
internal import DownloadSystem

/// Copies bytes of files into the sink of one download, in constant memory: 64 KiB, and 8 KiB for a client that is
/// slow, of whom there may be thousands.
struct FileCopy {
    private static let quick = 65_536
    private static let slow = 8192
    /// How long a client may take for a piece and still be quick, in milliseconds.
    private static let patience: Int64 = 20

    private var buffer: [UInt8] = []
    private var pieceSize = FileCopy.quick

    /// Copies the bytes of a range.
    ///
    /// - Returns: Where it ended: before the end of the range only if the file does.
    mutating func copy(
        _ range: Range<Int64>,
        of file: OpenFile,
        to sink: inout some ByteSink & ~Copyable
    ) async throws -> Int64 {
        var position = range.lowerBound
        while position < range.upperBound {
            let wanted = Int(min(Int64(pieceSize), range.upperBound - position))
            if buffer.count != pieceSize { buffer = [UInt8](repeating: 0, count: pieceSize) }
            let count: Int
            switch try readPromptly(wanted, of: file, at: position) {
            case .read(let promptly): count = promptly
            case .wouldWait: count = try await readFromDisk(wanted, of: file, at: position)
            }
            guard count > 0 else { break }
            try await write(count, to: &sink)
            position += Int64(count)
        }
        return position
    }

    private mutating func readPromptly(
        _ count: Int,
        of file: OpenFile,
        at position: Int64
    ) throws(SystemError) -> Descriptor.PromptRead {
        var span = buffer.mutableSpan
        var bytes = unsafe span.mutableBytes
        return try file.descriptor.readPromptly(count, into: &bytes, at: position)
    }

    private mutating func readFromDisk(
        _ count: Int,
        of file: OpenFile,
        at position: Int64
    ) async throws(SystemError) -> Int {
        let (bytes, count) = try await DiskThreads.reading.run { () throws(SystemError) in
            var bytes = [UInt8](repeating: 0, count: count)
            var span = bytes.mutableSpan
            var buffer = unsafe span.mutableBytes
            let read = try file.descriptor.read(into: &buffer, at: position)
            return (bytes, read)
        }
        buffer.replaceSubrange(..<bytes.count, with: bytes)
        return count
    }

    /// Writes the first bytes of the buffer, and finds out how quick the client is.
    private mutating func write(_ count: Int, to sink: inout some ByteSink & ~Copyable) async throws {
        let piece = buffer[..<count]
        if sink.writeAtOnce(unsafe piece.span.bytes) { return }
        let start = MonotonicClock.now
        try await sink.write(unsafe piece.span.bytes)
        let size = MonotonicClock.now - start > Self.patience ? Self.slow : Self.quick
        if size != pieceSize {
            pieceSize = size
            buffer = []
        }
    }
}
