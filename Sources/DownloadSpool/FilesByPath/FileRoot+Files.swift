internal import DownloadCore
internal import DownloadSystem

extension FileRoot {
    /// The files below the folder, or below one in it, at any depth: in the order of their paths' bytes.
    ///
    ///     let files = try await FileRoot("/srv/documents").files(below: "2026")
    ///     return try ZipFile(name: "2026.zip", entries: files.map { ZipEntry($0.relativePath, $0) })
    ///
    /// Each is what ``PathFile/init(_:in:)`` would open by its path: hidden files are among them; symbolic links that
    /// the root refuses, devices, sockets and FIFOs are not, nor are names that are not UTF-8. A link to a folder that
    /// it lies in is not followed. A file of the list is opened when it is sent, so that a long list takes no
    /// descriptors; one that has changed by then fails the download visibly.
    ///
    /// - Parameter folder: The path of a folder below the root, from a client, if you like; empty for the root itself.
    /// - Throws: `FileNotFound` if no folder is there; `DownloadError` 403 if this process may not read the folder or
    ///   anything in it, 503 if it has no descriptor for it.
    public func files(below folder: String = "") async throws -> [PathFile] {
        try await DiskThreads.reading.run {
            var listing = try FileListing(of: self)
            try listing.add(folder: folder)
            return listing.files.sorted { $0.relativePath.utf8.lexicographicallyPrecedes($1.relativePath.utf8) }
        }
    }

    /// The files with these paths below the folder, in this order.
    ///
    ///     let files = try await FileRoot("/srv/documents").files(at: request.query.all("name"))
    ///     return try ZipFile(name: "chosen.zip", entries: files.map { ZipEntry($0.relativePath, $0) })
    ///
    /// Each is what ``PathFile/init(_:in:)`` would open, but is opened when it is sent, as those of
    /// ``files(below:)`` are.
    ///
    /// - Parameter relativePaths: From a client, if you like.
    /// - Throws: `FileNotFound` if one of them is not found; `DownloadError` 403 if this process may not read one, 503
    ///   if it has no descriptor for it.
    public func files(at relativePaths: [String]) async throws -> [PathFile] {
        try await DiskThreads.reading.run {
            try relativePaths.map { PathFile($0, in: self, status: try open($0).status) }
        }
    }
}

/// Walks through a folder, waiting for the disk.
private struct FileListing: ~Copyable {
    private struct Folder {
        let path: String
        /// The folders that it lies in, and itself.
        var lineage: [FileStatus] = []
    }

    private let root: FileRoot
    private let descriptor: OwnedDescriptor
    private var pending: [Folder] = []
    private(set) var files: [PathFile] = []

    init(of root: FileRoot) throws {
        self.root = root
        descriptor = OwnedDescriptor(try Descriptor.open(root.path, [.pathOnly, .folder]))
    }

    /// Adds the files below a folder.
    mutating func add(folder path: String) throws {
        guard path.isEmpty || FileRoot.isPlain(path) else { throw FileNotFound() }
        try read(Folder(path: path))
        while let folder = pending.popLast() {
            do {
                try read(folder)
            } catch is FileNotFound {
                // It was removed meanwhile.
            }
        }
    }

    /// Adds the files of one folder, and notes the folders in it.
    private mutating func read(_ folder: Folder) throws {
        var folder = folder
        let opened = try open(folder.path.isEmpty ? "." : folder.path, [.readOnly, .folder])
        let status = try opened.descriptor.status
        guard !folder.lineage.contains(where: status.isSameFile) else { return }
        folder.lineage.append(status)
        for name in try opened.descriptor.names() {
            let path = folder.path.isEmpty ? name : "\(folder.path)/\(name)"
            do {
                let found = try open(path, .pathOnly)
                switch try found.descriptor.status.kind {
                case .folder: pending.append(Folder(path: path, lineage: folder.lineage))
                case .regular: files.append(PathFile(path, in: root, status: try root.open(path).status))
                default: break
                }
            } catch is FileNotFound {
                // It was removed meanwhile, is a link that the root refuses, or has a name that no text is.
            }
        }
    }

    private func open(_ path: String, _ options: Descriptor.OpenOptions) throws -> OwnedDescriptor {
        do {
            return OwnedDescriptor(try descriptor.descriptor.open(path, options, resolution: root.resolution))
        } catch {
            throw FileRoot.outcome(of: error, at: "\(root.path)/\(path)")
        }
    }
}
