import DownloadCore

/// The text that tells whoever unpacks an archive what is missing in it.
struct OmissionList {
    /// Its name in the archive.
    static let path = "missing-files.txt"

    private let paths: [ArraySlice<UInt8>]

    /// Nil if nothing is missing.
    init?(of paths: [ArraySlice<UInt8>]) {
        guard !paths.isEmpty else { return nil }
        self.paths = paths
    }

    /// The paths, one a line, behind a line that says what they are. Why they are missing is for the log.
    var entry: ZipEntry {
        var text = Array("These files could not be read and are missing in this archive:\r\n".utf8)
        for path in paths {
            text += path
            text += "\r\n".utf8
        }
        return ZipEntry(Self.path, ContentFile(text, name: Self.path), method: .stored)
    }
}
