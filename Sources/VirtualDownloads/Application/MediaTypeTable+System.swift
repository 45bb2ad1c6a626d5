public import DownloadCore
internal import Glibc

extension MediaTypeTable {
    /// The system's table, `/etc/mime.types` (Debian: package media-types), over the one that is built in; that one alone if there is no
    /// such file.
    ///
    /// Read once, when a media type first has to be guessed from a name.
    public static let system = system(at: "/etc/mime.types")

    /// The table in the file at `path` over the one that is built in.
    static func system(at path: String) -> MediaTypeTable {
        guard let bytes = contents(of: path) else { return builtIn }
        return MediaTypeTable(mimeTypes: bytes + packedImages, over: builtIn)
    }

    /// A line that counts after those of a system's table, where this one packed ending has the type of what is unpacked: right only
    /// beside a Content-Encoding, which is not sent.
    private static let packedImages = Array("\napplication/gzip svgz\n".utf8)

    /// The bytes of a file; nil if it can't be read, or has more than any such table.
    private static func contents(of path: String) -> [UInt8]? {
        let limit = 4 << 20
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        // What is no file, a pipe for one, may never end.
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
            return nil
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            count = 0
            while count < buffer.count {
                let read = unsafe Glibc.read(file, buffer.baseAddress.map { unsafe $0 + count }, buffer.count - count)
                if read < 0, errno == EINTR { continue }
                guard read > 0 else { break }
                count += read
            }
        }
    }
}
