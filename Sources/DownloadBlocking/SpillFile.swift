internal import DownloadSystem

/// A temporary file without a name for what a source has written and its client has not taken yet.
///
/// It is made at its first use. One thread writes it; its readers ask only for what is written.
final class SpillFile: Sendable {
    private let folder: String
    private let file = Lock<TemporaryFile?>(nil)

    init(in folder: String) {
        self.folder = folder
    }

    /// Keeps bytes at a position; false if the file can't be made or the disk is full.
    func write(_ bytes: [UInt8], at position: Int64) -> Bool {
        do {
            let file = try file.withLock { file in
                let made = try file ?? TemporaryFile(in: folder)
                file = made
                return made
            }
            try unsafe file.write(bytes.span.bytes, at: position)
            return true
        } catch {
            return false
        }
    }

    /// Appends `count` bytes from a position to a buffer.
    ///
    /// - Throws: `SystemError` when they can't be read.
    func read(_ count: Int, at position: Int64, into buffer: inout [UInt8]) throws {
        guard let file = file.withLock({ $0 }) else { throw SystemError(call: "pread", code: 9) }
        var piece = [UInt8](repeating: 0, count: count)
        var span = piece.mutableSpan
        var bytes = unsafe span.mutableBytes
        try file.read(into: &bytes, at: position)
        buffer += piece
    }
}

extension BlockingChannel where Element == UInt8 {
    /// A channel for bytes that keeps as many as `runAhead` says.
    convenience init(_ runAhead: RunAhead, writesInTask: Bool = false) {
        switch runAhead.storage {
        case .memory:
            self.init(limit: Int(clamping: runAhead.limit), writesInTask: writesInTask)
        case .temporaryFile(let folder):
            let file = SpillFile(in: folder)
            let spill = Spill(
                limit: runAhead.limit,
                keep: { bytes, position in file.write(bytes, at: position) },
                restore: { buffer, position, count in try file.read(count, at: position, into: &buffer) }
            )
            self.init(limit: RunAhead.handOver, spill: spill, writesInTask: writesInTask)
        }
    }
}
