import VirtualDownloads

struct Hello: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile {
        ContentFile("Hello world!\n", name: "hello-world.txt")
    }
}

@main struct Site: DownloadApplication {
    var routes: Routes { Route("/hello", Hello()) }
}
