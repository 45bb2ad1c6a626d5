import VirtualDownloads

/// What `AccessRuleTests` look for: which route has answered, and with which name.
struct PathView: VirtualDownloadView {
    /// Whether a rule of the web server's protects it.
    var isProtected = false

    func file(for request: DownloadRequest) -> some DownloadFile {
        let name = request.parameters["name"] ?? ""
        return ContentFile("route=\(isProtected ? "protected" : "open") name=\(name)\n", name: "path.txt")
    }
}

/// The host that the client asked.
struct HostView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        ContentFile(request.authority ?? "", name: "host.txt")
    }
}
