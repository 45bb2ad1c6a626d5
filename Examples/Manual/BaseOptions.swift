import HTTPTypes
import VirtualDownloads

// sample: options
struct ReportView: VirtualDownloadView {
    // Shown by the browser instead of saved.
    var attachment: Bool { false }
    var basename: String? { "report.html" }
    var mimeType: String? { "text/html" }
    var charset: String? { "utf-8" }
    var cacheControl: String? { "private, max-age=60" }

    func file(for request: DownloadRequest) -> ContentFile {
        ContentFile("<h1>Report</h1>\n", name: "report")
    }
}
// end

// sample: hook
struct FramedView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile {
        ContentFile("Hello world!\n", name: "hello-world.txt")
    }

    func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var response = response
        response.headerFields[.contentSecurityPolicy] = "sandbox"
        return response
    }
}
// end
