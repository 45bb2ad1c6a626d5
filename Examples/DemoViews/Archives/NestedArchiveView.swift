import DownloadArchives
import VirtualDownloads

/// An archive with another one in it: `/archive/nested.zip`.
struct NestedArchiveView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ZipFile {
        let pictures = try ZipFile(name: "pictures.zip") {
            for number in 1...3 { ZipEntry(Picture(number: number), method: .stored) }
        }
        return try ZipFile(name: "nested.zip") {
            ZipEntry("inner/pictures.zip", pictures)
            ZipEntry(OrdersExportView.file(of: Order.all(upTo: 1000)))
            ZipEntry(folder: "empty")
        }
    }
}
