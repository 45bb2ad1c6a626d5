public import DownloadCore
internal import DownloadSystem

extension MediaTypeTable {
    /// The system's table, `/etc/mime.types` (Debian: package media-types), over the one that is built in; that one
    /// alone if there is no such file.
    ///
    /// Read once, when a media type first has to be guessed from a name.
    public static let system = system(at: "/etc/mime.types")

    /// The table in the file at `path` over the one that is built in.
    static func system(at path: String) -> MediaTypeTable {
        guard let bytes = contents(of: path) else { return builtIn }
        return MediaTypeTable(mimeTypes: bytes + packedImages, over: builtIn)
    }

    /// A line that counts after those of a system's table, where this one packed ending has the type of what is
    /// unpacked: right only beside a Content-Encoding, which is not sent.
    private static let packedImages = Array("\napplication/gzip svgz\n".utf8)

    /// The bytes of a file; nil if it can't be read, or has more than any such table.
    private static func contents(of path: String) -> [UInt8]? {
        guard let (file, status) = try? Descriptor.openRegularFile(path) else { return nil }
        defer { file.discard() }
        guard status.size <= 4 << 20 else { return nil }
        return try? file.readAll(upTo: Int(status.size))
    }
}
