import VirtualDownloads

// sample: errors
struct InvoiceView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        guard let user = request.user else {
            throw DownloadRedirect(to: "/login?next=/invoices")
        }
        switch try request.parameter("number") {
        case "1": return ContentFile("Invoice 1 of \(user)\n", name: "invoice-1.txt")
        case "2": throw DownloadError(.gone, reason: "invoice 2 was deleted", detail: "It is no longer kept.")
        case "3": throw DownloadError.serviceUnavailable(retryAfter: 60)
        default: throw FileNotFound()
        }
    }
}
// end

// sample: midway
struct BrokenView: VirtualDownloadView {
    struct UpstreamFailed: Error {}

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(name: "broken.csv") { sink in
            try await sink.write("name,price\r\n")
            // The client has a part: it must see that the rest is missing.
            throw UpstreamFailed()
        }
    }
}
// end
