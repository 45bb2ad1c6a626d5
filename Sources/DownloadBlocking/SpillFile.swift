internal import DownloadSystem
internal import Synchronization

/// A temporary file without a name for what a source has written and its client has not taken yet.
///
/// It is made at its first use. One thread writes it; whoever reads asks for what is written only.
final class SpillFile: Sendable {
    private struct State: ~Copyable {
        var file: OwnedDescriptor?
        /// Where the next byte is written; nil before anything was.
        var position: Int64?
    }

    private let folder: String
    private let state = Mutex(State())

    init(in folder: String) {
        self.folder = folder
    }

    /// Keeps bytes at a position; false if the file can't be made or the disk is full.
    func write(_ bytes: [UInt8], at position: Int64) -> Bool {
        guard let file = descriptor(at: position) else { return false }
        do {
            try file.write(bytes)
        } catch {
            return false
        }
        state.withLock { $0.position = position + Int64(bytes.count) }
        return true
    }

    /// The file, ready to be written at a position.
    private func descriptor(at position: Int64) -> Descriptor? {
        state.withLock { state in
            do {
                if state.file == nil { state.file = OwnedDescriptor(try Descriptor.unnamedFile(in: folder)) }
                guard let file = state.file?.descriptor else { return nil }
                if state.position != position { try file.seek(to: position) }
                return file
            } catch {
                return nil
            }
        }
    }

    /// Appends `count` bytes from a position to a buffer.
    ///
    /// - Throws: `SystemError` when they can't be read.
    func read(_ count: Int, at position: Int64, into buffer: inout [UInt8]) throws {
        guard let file = state.withLock({ $0.file?.descriptor }) else { throw SystemError(call: "pread", code: 9) }
        var piece = [UInt8](repeating: 0, count: count)
        var missing = count
        while missing > 0 {
            var span = piece.mutableSpan
            var bytes = unsafe span.mutableBytes
            let read = min(missing, try file.read(into: &bytes, at: position + Int64(count - missing)))
            // Somebody else has shortened a file that has no name.
            guard read > 0 else { throw SystemError(call: "pread", code: 5) }
            buffer += piece[..<read]
            missing -= read
        }
    }
}

extension BlockingChannel where Element == UInt8 {
    /// A channel for bytes that keeps as many as `runAhead` says.
    convenience init(_ runAhead: RunAhead) {
        switch runAhead.storage {
        case .memory:
            self.init(limit: Int(clamping: runAhead.limit))
        case .temporaryFile(let folder):
            let file = SpillFile(in: folder)
            let spill = Spill(
                limit: runAhead.limit,
                keep: { bytes, position in file.write(bytes, at: position) },
                restore: { buffer, position, count in try file.read(count, at: position, into: &buffer) }
            )
            self.init(limit: RunAhead.handOver, spill: spill)
        }
    }
}
