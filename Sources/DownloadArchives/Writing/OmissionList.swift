import DownloadCore

/// The text that tells whoever unpacks an archive what is missing in it: the paths, one a line, behind a line that says
/// what they are. Why they are missing is for the log.
final class OmissionList: DownloadFile {
    /// Its name in the archive.
    let name = "missing-files.txt"

    /// All but the end of the text.
    private var chunks: SpilledChunks
    private var end = Array("These files could not be read and are missing in this archive:\r\n".utf8)
    private var byteCount: Int64 = 0
    private(set) var isEmpty = true

    init(in folder: String?) {
        chunks = SpilledChunks(in: folder)
        byteCount = Int64(end.count)
    }

    func append(_ path: ArraySlice<UInt8>) {
        if end.count >= SpilledChunks.usualByteCount {
            chunks.append(end)
            end = []
        }
        end += path
        end += "\r\n".utf8
        byteCount += Int64(path.count + 2)
        isEmpty = false
    }

    var size: Int64? { byteCount }
    var isRepeatable: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        for index in chunks.indices { try await sink.write(chunks.chunk(at: index)) }
        try await sink.write(end)
    }

    /// The entry that has it.
    var entry: ZipEntry { ZipEntry(name, self, method: .stored) }
}
