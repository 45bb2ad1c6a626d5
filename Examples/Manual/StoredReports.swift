import HTTPTypes
import VirtualDownloads

// sample: store
/// Reports that lie in an object store, through nginx and `deploy/nginx/store.conf`.
struct StoredReportView: VirtualDownloadView {
    /// Signs, for some minutes, the path and query of an object: with the library of your store.
    let presign: @Sendable (_ object: String) async throws -> String

    func file(for request: DownloadRequest) async throws -> ContentFile {
        guard request.user != nil else { throw DownloadError(.forbidden) }
        let name = request.parameters["name"] ?? ""
        var file = ContentFile("", name: name)
        if let redirect = HTTPField.Name("X-Accel-Redirect") {
            file.headerFields[redirect] = try await "/-store\(presign("reports/\(name)"))"
        }
        return file
    }
}
// end
