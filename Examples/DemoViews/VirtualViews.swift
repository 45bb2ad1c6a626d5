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

/// Streams generated content: each piece is made when the one before it has been sent.
struct GeneratedDownloadView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(TextIteratorIO(generateHello()), name: "hello-world.txt")
    }

    private func generateHello() -> some Sequence<String> {
        sequence(state: 0) { piece -> String? in
            defer { piece += 1 }
            return switch piece {
            case 0: "Hello "
            case 1: "world!"
            case 2: "\n"
            default: nil
            }
        }
    }
}
