import VirtualDownloads

// sample: validators
struct PricesView: VirtualDownloadView {
    let version: Int

    func file(for request: DownloadRequest) -> ContentFile {
        ContentFile("lamp,19.99\r\n", name: "prices.csv")
            .validated(by: EntityTag(of: "prices", version))
    }
}
// end

// sample: file
struct NewsView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        let changed = HTTPDate(secondsSince1970: 1_700_000_000)
        return VirtualFile(name: "news.txt") { sink in try await sink.write("Nothing new.\n") }
            .answeringModified { since in
                // The value of If-Modified-Since, as the client sent it.
                guard let since = HTTPDate(since) else { return true }
                return changed > since
            }
    }
}
// end

// sample: view
struct ArchiveView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile {
        ContentFile("What is archived stays as it is.\n", name: "archive.txt")
    }

    func wasModified(_ file: ContentFile, since value: String) -> Bool {
        // Whoever has it from any time has it as it is.
        HTTPDate(value) == nil
    }
}
// end
