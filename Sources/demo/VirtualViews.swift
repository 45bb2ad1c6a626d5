import VirtualDownloads

/// Serves text that is built dynamically.
struct TextDownloadView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile {
        ContentFile("Hello world!\n", name: "hello-world.txt")
    }
}

/// Serves a text that lives in memory.
struct StringIODownloadView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> VirtualFile<StringIO> {
        VirtualFile(StringIO("Hello world!\n"), name: "hello-world.txt")
    }
}

/// Streams generated content.
struct GeneratedDownloadView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(TextIteratorIO(generateHello()), name: "hello-world.txt")
    }

    private func generateHello() -> some Sequence<String> {
        ["Hello ", "world!", "\n"]
    }
}
