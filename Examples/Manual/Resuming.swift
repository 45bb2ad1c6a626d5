import VirtualDownloads

// sample: repeatable
struct MillionView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(name: "numbers.txt", size: 8_000_000, repeatable: true) { sink in
            for number in 1_000_000..<2_000_000 { try await sink.write("\(number)\n") }
        }
        .validated(by: EntityTag(of: "numbers", 1))
    }
}
// end
