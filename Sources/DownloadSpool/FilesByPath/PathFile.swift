public import DownloadCore
internal import DownloadSystem

/// A file on disk, sent in constant memory and from any place: Django's `File` of a path.
///
///     func file(for request: DownloadRequest) async throws -> PathFile {
///         try await PathFile(request.parameter("path"), in: FileRoot("/srv/reports"))
///     }
///
/// What is known of it comes from the file that is open, so a name that is given to another file meanwhile changes
/// nothing. A file that changes while it is sent makes a download that fails visibly.
///
/// The entity tag is made of the path below the root, the size, and the time of the last change in nanoseconds: equal
/// on every machine that has the file with its times (`rsync -t`, `cp -p`), and another as soon as the file is written
/// to. It is weak, so that no download resumes, while the file was changed so recently (20 ms) that a further change
/// could have the same time.
///
/// ``FileRoot/files(below:)`` lists the files of a folder, ``FileRoot/files(at:)`` takes several by their paths.
public struct PathFile: DownloadFile, Sendable {
    public var name: String
    public var contentType: String?
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public let size: Int64?
    /// Where the file lies.
    public let path: String
    /// The path below the root.
    public let relativePath: String
    /// Nil for a file of a list: it is opened when it is sent.
    private let file: OpenFile?
    private let root: FileRoot
    private let version: FileVersion

    /// Opens a file below a folder.
    ///
    /// - Parameters:
    ///   - relativePath: The path below the root, with `/` between its segments: from a client, if you like.
    ///   - root: The folder.
    /// - Throws: `FileNotFound` if no regular file is there: also for a folder, a device or a FIFO, and for a path
    ///   that leads out of the root, has `.`, `..` or an empty segment, or goes through a symbolic link that the root
    ///   refuses. `DownloadError` 403 if this process may not read it, 503 if it has no descriptor for it.
    public init(_ relativePath: String, in root: FileRoot) async throws {
        let (file, status) = try await DiskThreads.reading.run { try root.open(relativePath) }
        self.init(relativePath, in: root, status: status, file: file)
    }

    /// A file whose status is known; without `file` it takes no descriptor until it is sent.
    init(_ relativePath: String, in root: FileRoot, status: FileStatus, file: OpenFile? = nil) {
        self.file = file
        self.root = root
        self.relativePath = relativePath
        path = "\(root.path)/\(relativePath)"
        version = FileVersion(status)
        name =
            relativePath.utf8.lastIndex(of: UInt8(ascii: "/"))
            .map { String(relativePath[relativePath.utf8.index(after: $0)...]) } ?? relativePath
        size = status.size
        modificationDate = HTTPDate(secondsSince1970: status.modified.seconds)
        entityTag = version.tag(of: relativePath, at: WallClock.now)
    }

    /// The file's path. A web server opens it again, by that name: configure it to refuse symbolic links below the root
    /// as this does (nginx: `disable_symlinks`) where others may write there.
    public func storedPath() -> String? { path }

    public var isRepeatable: Bool { true }
    public var isSeekable: Bool { true }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await copy(0..<version.size, to: &sink)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await copy(range, to: &sink)
    }

    private func copy(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        let file = try await openFile()
        var copy = FileCopy()
        // The last byte of a download is held back until this returns.
        let end = try await copy.copy(range, of: file, to: &sink)
        let now = FileVersion(try file.descriptor.status)
        guard end == range.upperBound, now.isSameContent(as: version) else { throw FileChanged(path: path) }
    }

    /// The file that is open, or the one of a list, unless it has changed since.
    private func openFile() async throws -> OpenFile {
        if let file { return file }
        let (file, status) = try await DiskThreads.reading.run { try root.open(relativePath) }
        guard FileVersion(status).isSameContent(as: version) else { throw FileChanged(path: path) }
        return file
    }
}
