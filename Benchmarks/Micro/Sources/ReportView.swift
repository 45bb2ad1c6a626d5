import DownloadCore

/// A generated file of a known size and a strong entity tag, as most requests of a real site find one.
struct ReportView: VirtualDownloadView {
    var name = "report.csv"

    func file(for request: DownloadRequest) async throws -> ContentFile {
        var file = ContentFile("0000001,customer-000001,0000.01\n", name: name)
        file.entityTag = EntityTag("0123456789abcdef")
        return file
    }
}
