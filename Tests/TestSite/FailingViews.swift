import VirtualDownloads

struct ThrowingView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        content { _ in throw TestFailure() }
    }
}

struct ThrowingMidwayView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let count = try query.integer("after", in: 0...Int64.max) ?? 50_000
        let letters = Letters(count: count)
        return content(size: try query.integer("size", in: 0...Int64.max)) { sink in
            try await letters.write(to: &sink)
            throw TestFailure()
        }
    }
}

struct WrongSizeView: VirtualDownloadView {
    var declared: Int64
    var written: Int64

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(Letters(count: written), name: "test.bin", size: declared)
    }
}
