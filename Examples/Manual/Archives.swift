import DownloadArchives
import DownloadSpool
import VirtualDownloads

/// A picture of an album, as the samples have it.
struct Photo: Sendable {
    var name: String
    var date: HTTPDate
    var bytes: [UInt8]
    var version: Int
}

// sample: zip
struct AlbumView: VirtualDownloadView {
    static let checksums = ZipChecksums()
    let photos: [Photo]

    func file(for request: DownloadRequest) throws -> ZipFile {
        try ZipFile(name: "album.zip", remembering: Self.checksums) {
            for photo in photos {
                let file = ContentFile(photo.bytes).validated(by: EntityTag(of: photo.name, photo.version))
                ZipEntry("album/\(photo.name)", file, modified: photo.date)
            }
        }
    }
}
// end

// sample: folder
struct DocumentsArchiveView: VirtualDownloadView {
    let documents: FileRoot

    func file(for request: DownloadRequest) async throws -> ZipFile {
        let files = try await documents.files()
        return try ZipFile(name: "documents.zip", entries: files.map { ZipEntry($0.relativePath, $0) })
    }
}
// end

// sample: chosen
struct ChosenDocumentsView: VirtualDownloadView {
    let documents: FileRoot

    func file(for request: DownloadRequest) async throws -> ZipFile {
        let files = try await documents.files(at: request.query.all("name"))
        return try ZipFile(name: "chosen.zip", entries: files.map { ZipEntry($0.relativePath, $0) })
    }
}
// end

// sample: awaited
struct NamedDocumentsView: VirtualDownloadView {
    let documents: FileRoot

    func file(for request: DownloadRequest) async throws -> ZipFile {
        try await ZipFile(name: "named.zip") {
            for name in try request.query.all("name") { ZipEntry(name, try await PathFile(name, in: documents)) }
        }
    }
}
// end
