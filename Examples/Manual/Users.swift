import VirtualDownloads

// sample: user
struct AccountView: VirtualDownloadView {
    var cacheControl: String? { "private" }

    func file(for request: DownloadRequest) throws -> ContentFile {
        guard let user = request.user else {
            throw DownloadError.unauthorized(challenge: "Basic realm=\"Downloads\"")
        }
        return ContentFile("The account of \(user)\n", name: "account.txt")
    }
}
// end
