import VirtualDownloads

// sample: repeatable
struct NumbersFileView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(name: "numbers.txt", size: 700_000, repeatable: true) { sink in
            for number in 100_000..<200_000 { try await sink.write("\(number)\n") }
        }
        .validated(by: EntityTag(of: "numbers", 1))
    }
}
// end
