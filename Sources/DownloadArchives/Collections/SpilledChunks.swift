internal import DownloadSystem

/// Chunks of bytes in the order in which they came: the first few are in memory, the rest in a temporary file, so that
/// what is kept of an archive is bounded, however many entries it has.
struct SpilledChunks: ~Copyable {
    private enum Chunk {
        case memory([UInt8])
        case file(offset: Int64, byteCount: Int)
    }

    /// How large a chunk usually is, in bytes: 1 MiB, which goes back to the system as one when it is freed. The first
    /// is smaller, for short lists.
    static let usualByteCount = 1_048_576
    static let firstByteCount = 65_536
    /// How many bytes are kept in memory.
    private let memoryByteCount: Int
    /// Where the file is made; nil keeps all in memory.
    private let folder: String?
    private var chunks: [Chunk] = []
    private var byteCount = 0
    private var file: TemporaryFile?
    private var fileByteCount: Int64 = 0

    init(in folder: String?, memoryByteCount: Int = 4 << 20) {
        self.folder = folder
        self.memoryByteCount = memoryByteCount
    }

    var indices: Range<Int> { chunks.indices }
    /// Whether some are in a file.
    var isInFile: Bool { fileByteCount > 0 }

    /// Appends a chunk. It stays in memory where the file can't be made, or the disk is full.
    mutating func append(_ chunk: [UInt8]) {
        byteCount += chunk.count
        chunks.append((byteCount > memoryByteCount ? spilled(chunk) : nil) ?? .memory(chunk))
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

    /// The chunk that came as number `index`, from 0 on. Several threads may ask at once.
    ///
    /// - Throws: `SystemError` if the file can't be read.
    func chunk(at index: Int) throws(SystemError) -> [UInt8] {
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
