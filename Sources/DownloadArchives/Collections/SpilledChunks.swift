internal import DownloadSystem

/// Chunks of bytes in the order in which they came: the first few are in memory, the rest in a temporary file, so that
/// what is kept of an archive is bounded, however many entries it has.
struct SpilledChunks: ~Copyable {
    private enum Chunk {
        case memory([UInt8])
        case file(offset: Int64, byteCount: Int)
    }

    /// How many are kept in memory: some 4 MiB.
    private static let memoryCount = 4

    /// Where the file is made; nil keeps all in memory.
    private let folder: String?
    private var chunks: [Chunk] = []
    private var file: TemporaryFile?
    private var fileByteCount: Int64 = 0

    init(in folder: String?) {
        self.folder = folder
    }

    var indices: Range<Int> { chunks.indices }
    /// Whether some are in a file.
    var isInFile: Bool { fileByteCount > 0 }

    /// Appends a chunk. It stays in memory where the file can't be made, or the disk is full.
    mutating func append(_ chunk: [UInt8]) {
        chunks.append((chunks.count >= Self.memoryCount ? spilled(chunk) : nil) ?? .memory(chunk))
    }

    private mutating func spilled(_ chunk: [UInt8]) -> Chunk? {
        guard let folder else { return nil }
        do {
            let file = try file ?? TemporaryFile(in: folder)
            self.file = file
            try unsafe file.write(chunk.span.bytes, at: fileByteCount)
        } catch {
            return nil
        }
        defer { fileByteCount += Int64(chunk.count) }
        return .file(offset: fileByteCount, byteCount: chunk.count)
    }

    /// The chunk that came as number `index`, from 0 on.
    ///
    /// - Throws: `SystemError` if the file can't be read.
    func chunk(at index: Int) throws -> [UInt8] {
        switch chunks[index] {
        case .memory(let chunk): return chunk
        case .file(let offset, let byteCount):
            var chunk = [UInt8](repeating: 0, count: byteCount)
            var span = chunk.mutableSpan
            var bytes = unsafe span.mutableBytes
            try file?.read(into: &bytes, at: offset)
            return chunk
        }
    }
}
