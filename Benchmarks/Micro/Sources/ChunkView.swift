import DownloadCore

/// Content that is repeatable and not seekable, in chunks of 8 bytes: what a range costs most of.
struct ChunkView: VirtualDownloadView {
    var count: Int

    func file(for request: DownloadRequest) async throws -> VirtualFile<ContentWriter> {
        let count = count
        let file = VirtualFile(name: "chunks.bin", size: Int64(count) * 8, repeatable: true) { sink in
            for _ in 0..<count { try await sink.write("1234567\n") }
        }
        return file.validated(by: EntityTag("\(count)"))
    }
}
