import DownloadCore

extension ZipEntry.Method {
    /// The method for a file of which it is not said: stored if its media type is compressed already.
    init(for file: any DownloadFile, at path: String) {
        let type =
            file.mimeType.optionValue ?? file.contentType.optionValue ?? MediaTypeTable.mediaType(forName: path) ?? ""
        self = Self.isCompressed(type) ? .stored : .deflated
    }

    /// Whether content of a media type is compressed by its own format.
    static func isCompressed(_ contentType: String) -> Bool {
        let end = contentType.utf8.firstIndex { $0 == UInt8(ascii: ";") || $0 == 0x20 } ?? contentType.endIndex
        let type = String(contentType[..<end]).lowercasedASCII
        if compressedTypes.contains(type.wire) || type.hasOctetSuffix("+zip") { return true }
        guard !plainTypes.contains(type.wire) else { return false }
        return ["image/", "video/", "audio/", "application/vnd.openxmlformats-", "application/vnd.oasis.opendocument."]
            .contains { type.hasOctetPrefix($0) }
    }

    private static let compressedTypes: Set<WireText> = [
        "application/gzip", "application/java-archive", "application/pdf", "application/vnd.android.package-archive",
        "application/vnd.debian.binary-package", "application/vnd.rar", "application/x-7z-compressed",
        "application/x-brotli", "application/x-bzip2", "application/x-gzip", "application/x-lzma", "application/x-xz",
        "application/x-zip-compressed", "application/zip", "application/zstd", "font/woff", "font/woff2",
    ]

    /// Images and sounds that are not.
    private static let plainTypes: Set<WireText> = [
        "audio/aiff", "audio/midi", "audio/vnd.wave", "audio/wav", "audio/wave", "audio/x-aiff", "audio/x-wav",
        "image/bmp", "image/svg+xml",
        "image/tiff", "image/vnd.adobe.photoshop", "image/vnd.microsoft.icon", "image/x-icon", "image/x-ms-bmp",
        "image/x-portable-anymap", "image/x-portable-bitmap", "image/x-portable-graymap", "image/x-portable-pixmap",
    ]
}
