public import DownloadCore

/// One entry of a ``ZipFile``: a file with its path in the archive, or a folder.
///
///     ZipEntry("photos/\(photo.name)", photo.file, modified: photo.date)
///     ZipEntry(folder: "photos/empty")
///
/// The path is made safe for whoever unpacks it: no entry lands outside the folder, and every system can store its name
/// (the rules stand in the article on archives).
public struct ZipEntry {
    /// How the content of an entry is stored.
    public struct Method: Sendable, Hashable {
        /// Nil for stored.
        let level: UInt8?

        /// As it is.
        public static var stored: Method { Method(level: nil) }
        /// Compressed at level 1, some hundred MB a second. Its size is unknown beforehand, and the bytes may differ
        /// from one machine to the next: an archive with such an entry cannot be resumed.
        public static var deflated: Method { Method(level: 1) }

        /// Compressed at a level from 1 to 9, as those of `zip` and `gzip`: the higher, the smaller and the slower.
        ///
        /// Of a table or a text, level 6 gives some fifth less than level 1, in ten times the time and more.
        public static func deflated(level: Int) -> Method {
            precondition((1...9).contains(level), "deflated(level: \(level)): a level is 1 to 9")
            return Method(level: UInt8(level))
        }
    }

    /// Where it is in the archive; separated by `/`.
    public var path: String
    /// The content; nil for a folder.
    public let file: (any DownloadFile)?
    /// When it last changed: the archive has it in UTC. The default is the file's; without one it is 1980-01-01, never
    /// now.
    public var modificationDate: HTTPDate?
    /// The Unix permissions, for instance `0o644`, the default; of a folder `0o755`.
    public var permissions: UInt16
    /// A remark that readers show, of at most 65,535 bytes of UTF-8. The default is empty.
    public var comment: String
    /// How the content is stored. The default is nil: stored if its media type is compressed already, else deflated.
    public var method: Method?
    /// The CRC-32 of the content (ISO 3309), if it is known without running it: for instance an object store's. The
    /// default is nil.
    ///
    /// The download is made to fail visibly if the content has another.
    public var crc32: UInt32?
    /// Whether a content of unknown size may reach 4 GiB. The default is false: then it fails there.
    ///
    /// Such an entry needs marks (ZIP64) that some readers of streams refuse.
    public var mayExceed4GiB = false

    /// A file at a path.
    ///
    /// - Parameters:
    ///   - path: Where it is in the archive; separated by `/`.
    ///   - file: Its content. It is asked for its bytes once for each download, and again where a range needs it.
    public init(
        _ path: String,
        _ file: any DownloadFile,
        modified modificationDate: HTTPDate? = nil,
        permissions: UInt16 = 0o644,
        comment: String = "",
        method: Method? = nil,
        crc32: UInt32? = nil
    ) {
        self.path = path
        self.file = file
        self.modificationDate = modificationDate
        self.permissions = permissions
        self.comment = comment
        self.method = method
        self.crc32 = crc32
    }

    /// A file under its own name.
    public init(_ file: any DownloadFile, method: Method? = nil) {
        self.init(file.name, file, method: method)
    }

    /// A folder: for one that is empty, or has a date and permissions of its own. The folders that files are in need
    /// none.
    public init(
        folder path: String,
        modified modificationDate: HTTPDate? = nil,
        permissions: UInt16 = 0o755,
        comment: String = ""
    ) {
        self.path = path
        file = nil
        self.modificationDate = modificationDate
        self.permissions = permissions
        self.comment = comment
    }
}
