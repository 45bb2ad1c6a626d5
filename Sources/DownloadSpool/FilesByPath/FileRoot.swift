internal import DownloadCore
internal import DownloadSystem
internal import HTTPTypes

/// A folder whose files may be downloaded, and nothing outside of it.
///
///     let reports = FileRoot("/srv/reports")
///     let file = try await PathFile(request.parameter("path"), in: reports)
///
/// The kernel itself resolves a path below it (openat2(2) with `RESOLVE_BENEATH`), so that no spelling and no name that
/// changes meanwhile leads out.
public struct FileRoot: Sendable {
    /// What is done about symbolic links below the folder.
    public struct SymbolicLinks: Sendable, Hashable {
        fileprivate let areFollowed: Bool

        /// A path with one anywhere is not found: the default.
        public static let refused = SymbolicLinks(areFollowed: false)
        /// They are followed where they lead to something below the same folder; an absolute one never does.
        public static let beneath = SymbolicLinks(areFollowed: true)
    }

    /// The folder's path.
    public let path: String
    private let links: SymbolicLinks

    /// - Parameters:
    ///   - path: The folder. It may be a symbolic link itself, and is looked up again for each request.
    ///   - symbolicLinks: What is done about symbolic links below it.
    public init(_ path: String, symbolicLinks: SymbolicLinks = .refused) {
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        self.path = path
        links = symbolicLinks
    }

    /// Whether a relative path names a file by the one spelling it has: no empty segment, no `.` or `..`, no NUL, not
    /// absolute.
    static func isPlain(_ path: String) -> Bool {
        guard !path.utf8.contains(0) else { return false }
        return path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .allSatisfy { segment in
                !segment.isEmpty && !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
            }
    }

    /// Opens a file below the folder, waiting for nothing but the disk.
    ///
    /// - Throws: ``FileNotFound`` if no regular file is there or may be; ``DownloadError`` 403 if this process may not
    ///   read it, 503 if the system has no descriptors or memory; ``SystemError`` for what else can't be helped.
    func open(_ relativePath: String) throws -> (file: OpenFile, status: FileStatus) {
        guard Self.isPlain(relativePath), !path.utf8.contains(0) else { throw FileNotFound() }
        let root = OwnedDescriptor(try Descriptor.open(path, [.pathOnly, .folder]))
        do {
            let opened = try root.descriptor.open(
                relativePath,
                [.readOnly, .nonBlocking, .noControllingTerminal],
                resolution: resolution
            )
            let (file, status) = try Descriptor.regular(opened)
            return (OpenFile(file), status)
        } catch {
            throw Self.outcome(of: error, at: "\(path)/\(relativePath)")
        }
    }

    /// What a path below the folder may lead through.
    var resolution: Descriptor.Resolution {
        links.areFollowed ? [.beneath, .noMagicLinks] : [.beneath, .noMagicLinks, .noSymbolicLinks]
    }

    /// What a client is told of an error of the kernel's.
    static func outcome(of error: SystemError, at path: String) -> any Error {
        switch error.kind {
        case .absent: FileNotFound()
        case .forbidden: DownloadError(.forbidden, reason: "\(path): \(error)")
        case .exhausted: DownloadError(.serviceUnavailable, reason: "\(error)", headerFields: [.retryAfter: "5"])
        case .other: error
        }
    }
}
