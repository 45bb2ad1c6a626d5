internal import DownloadCore
internal import DownloadSystem
internal import Glibc

/// The files of a spool: what is on disk, and nothing of what is in memory. Every call may wait for the disk.
///
/// Several processes share it. Who generates holds a lock on the partial file, which the kernel gives up when the
/// process dies: so the living are told from what a crash has left. A lock on each of the 256 folders is held only
/// while names are looked at and made.
struct SpoolFolder: Sendable {
    let path: String
    /// Who may read the files: 0600 for this process alone, 0640 for the web server's group.
    let permissions: UInt32
    /// How long a file is of use after it was generated, in seconds.
    let maximumAge: Int64

    /// Bytes that no file has, and that are locked in a partial file: by who generates it, and by who follows it.
    private static let writer = (Int64.max - 4)..<(Int64.max - 3)
    private static let reader = (Int64.max - 3)..<(Int64.max - 2)
    private static let gate = ".lock"

    /// Makes the folder if it is not there, and looks whether it is fit for a spool.
    init(_ path: String, permissions: UInt32, maximumAge: Int64) throws(SpoolError) {
        self.path = path
        self.maximumAge = maximumAge
        self.permissions = permissions
        let status: FileStatus
        let fileSystem: FileSystemKind
        do throws(SystemError) {
            let folder = OwnedDescriptor(try openOrMake())
            status = try folder.descriptor.status
            fileSystem = FileSystemKind(magic: folder.descriptor.fileSystem)
        } catch {
            throw SpoolError(.unusable, "\(path) can't be a spool: \(error)")
        }
        guard status.owner == geteuid(), status.permissions & 0o022 == 0 else {
            throw SpoolError(
                .unsafe,
                "\(path) must belong to the user of this process, and nobody else may write to it: chown, chmod go-w"
            )
        }
        if let refusal = fileSystem.refusal(of: path) { throw SpoolError(.remote, refusal) }
    }

    /// Who may enter the folders: whoever may read the files.
    private var folderPermissions: UInt32 { permissions | (permissions & 0o444) >> 2 }

    private func openOrMake() throws(SystemError) -> Descriptor {
        do {
            return try Descriptor.open(path, [.readOnly, .folder])
        } catch  where error.code == ENOENT {
            guard unsafe mkdir(path, mode_t(folderPermissions)) == 0 || errno == EEXIST else {
                throw SystemError(call: "mkdir", code: errno)
            }
            let folder = try Descriptor.open(path, [.readOnly, .folder])
            // Whatever the process's mask took away.
            try? folder.setPermissions(folderPermissions)
            return folder
        }
    }

    /// Opens the folder of a key; with `making`, makes it.
    func folder(_ name: String, making: Bool) throws(SystemError) -> OwnedDescriptor {
        let root = OwnedDescriptor(making ? try openOrMake() : try Descriptor.open(path, [.readOnly, .folder]))
        do {
            return OwnedDescriptor(try root.descriptor.open(name, [.readOnly, .folder, .noFollow]))
        } catch  where error.code == ENOENT && making {
            try root.descriptor.makeFolder(name, permissions: folderPermissions)
            let folder = OwnedDescriptor(try root.descriptor.open(name, [.readOnly, .folder, .noFollow]))
            try? folder.descriptor.setPermissions(folderPermissions)
            return folder
        }
    }

    /// Takes the folder's lock, which is held for as long as the returned descriptor is open.
    private func lock(_ folder: borrowing OwnedDescriptor) throws(SystemError) -> OwnedDescriptor {
        let gate = try openGate(of: folder)
        _ = try gate.descriptor.lock(0..<1, .exclusive, waiting: true)
        return gate
    }

    private func openGate(of folder: borrowing OwnedDescriptor) throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(try folder.descriptor.open(Self.gate, [.readWrite, .create, .noFollow], permissions: 0o600))
    }

    // MARK: - Finding

    /// What the spool has under a key.
    enum Finding {
        case whole(StoredFile)
        /// Another opening, in this process or another, is generating it.
        case underWay(GenerationID)
        case nothing
    }

    /// A whole content, and the open file that has it.
    struct StoredFile: Sendable {
        var name: String
        var content: StoredContent
        var file: OpenFile
    }

    func find(_ key: SpoolKey) throws(SystemError) -> Finding {
        let folder: OwnedDescriptor
        do {
            folder = try self.folder(key.folder, making: false)
        } catch  where error.code == ENOENT {
            return .nothing
        }
        let names = try names(of: key, in: folder)
        if let whole = openWhole(names, in: folder) { return .whole(whole) }
        for case .partial(let key, let id) in names {
            if let part = try? openPart(key, id, in: folder), part.isAlive { return .underWay(id) }
        }
        return .nothing
    }

    private func names(
        of key: SpoolKey,
        in folder: borrowing OwnedDescriptor
    ) throws(SystemError) -> [SpoolName] {
        try folder.descriptor.names().compactMap { SpoolName($0) }.filter { $0.key == key }
    }

    /// The newest whole content that is not too old, and has the size its name says.
    private func openWhole(_ names: [SpoolName], in folder: borrowing OwnedDescriptor) -> StoredFile? {
        let contents = names.compactMap { name -> StoredContent? in
            if case .whole(_, let content) = name { content } else { nil }
        }
        guard let key = names.first?.key else { return nil }
        let now = WallClock.seconds
        for content in contents.sorted(by: {
            ($0.created, WireText($0.id.digits)) > ($1.created, WireText($1.id.digits))
        }) {
            guard now - content.created < maximumAge else { continue }
            let name = SpoolName.whole(key, content).text
            guard let file = try? folder.descriptor.open(name, [.readOnly, .noFollow, .nonBlocking]) else { continue }
            let open = OpenFile(file, mayBeRemoved: true)
            guard let status = try? file.status, status.kind == .regular, status.size == content.size else { continue }
            return StoredFile(name: name, content: content, file: open)
        }
        return nil
    }

    /// Whether a name is still there.
    func has(_ stored: StoredFile, under key: SpoolKey) -> Bool {
        let path = self.path(of: stored.name, under: key)
        guard let status = try? FileStatus.of(path, followingLinks: false) else { return false }
        return status.kind == .regular && status.size == stored.content.size
    }

    /// Where a web server finds a file.
    func path(of name: String, under key: SpoolKey) -> String { "\(path)/\(key.folder)/\(name)" }

    /// Notes that a file was used: by its time of access, which only this sets on purpose.
    func noteUse(of stored: StoredFile) {
        let now = WallClock.seconds
        // One that was handed over is kept for longer than this says.
        if let accessed = try? stored.file.descriptor.status.accessed.seconds,
            accessed > now, accessed <= now + EvictionPolicy.handOverTime
        {
            return
        }
        try? stored.file.descriptor.setTimes(accessed: .max)
    }

    /// Keeps a file for a web server that is about to open it, from now until ``EvictionPolicy/handOverTime``: then no
    /// process evicts it. Does not wait.
    ///
    /// - Returns: False if it is gone, or may be in this moment.
    func keepForHandOver(_ stored: StoredFile, under key: SpoolKey) -> Bool {
        guard let folder = try? self.folder(key.folder, making: false),
            let gate = try? openGate(of: folder), (try? gate.descriptor.lock(0..<1, .exclusive, waiting: false)) == true
        else { return false }
        defer { gate.descriptor.discardLock() }
        let until = WallClock.seconds + EvictionPolicy.handOverTime
        guard (try? stored.file.descriptor.setTimes(accessed: until)) != nil else { return false }
        return has(stored, under: key)
    }

    // MARK: - Generating

    /// How a generation goes about its content.
    enum Beginning {
        /// It is there.
        case whole(StoredFile)
        /// To be written into this file.
        case lead(PartialFile)
        /// To be read while another writes it.
        case follow(PartialFile)
        /// The generation that was to be followed has failed, with this status.
        case failed(Int)
    }

    /// A content that is being generated, with the lock of who writes it or of who reads it.
    struct PartialFile: Sendable {
        let key: SpoolKey
        let id: GenerationID
        let file: OpenFile

        /// Whether somebody writes it.
        var isAlive: Bool { (try? file.descriptor.isLocked(SpoolFolder.writer, against: .exclusive)) ?? false }

        /// Whether somebody else reads it while it is written.
        var isFollowed: Bool { (try? file.descriptor.isLocked(SpoolFolder.reader, against: .exclusive)) ?? false }

        /// Tells who follows that nobody writes it any more.
        func abandon() { try? file.descriptor.unlock(SpoolFolder.writer) }
    }

    /// Finds a content, or joins who generates it, or begins to: one of all processes does.
    ///
    /// - Parameter found: The generation that was found under way before, if any: when it has failed meanwhile, nobody
    ///   has asked to start over.
    func begin(
        _ key: SpoolKey,
        as id: GenerationID,
        insteadOf found: GenerationID? = nil
    ) throws(SystemError) -> Beginning {
        let folder = try self.folder(key.folder, making: true)
        let gate = try lock(folder)
        defer { gate.descriptor.discardLock() }
        let names = try names(of: key, in: folder)
        if let whole = openWhole(names, in: folder) { return .whole(whole) }
        for case .partial(let key, let id) in names {
            guard let part = try? openPart(key, id, in: folder) else { continue }
            if part.isAlive {
                _ = try part.file.descriptor.lock(Self.reader, .shared, waiting: false)
                return .follow(part)
            }
            try? folder.descriptor.unlink(SpoolName.partial(key, id).text)
        }
        if let found, let failure = readRecord(SpoolName.record(key, found).text, in: folder)?.failure {
            return .failed(failure)
        }
        // Starting over forgets what has failed.
        for name in names {
            if case .record = name { try? folder.descriptor.unlink(name.text) }
        }
        let name = SpoolName.partial(key, id).text
        let file = try folder.descriptor.open(
            name,
            [.readWrite, .create, .exclusive, .noFollow],
            permissions: permissions
        )
        let part = PartialFile(key: key, id: id, file: OpenFile(file, mayBeRemoved: true))
        try? file.setPermissions(permissions)
        _ = try file.lock(Self.writer, .exclusive, waiting: false)
        return .lead(part)
    }

    private func openPart(
        _ key: SpoolKey,
        _ id: GenerationID,
        in folder: borrowing OwnedDescriptor
    ) throws(SystemError) -> PartialFile {
        let name = SpoolName.partial(key, id).text
        let file = try folder.descriptor.open(name, [.readWrite, .noFollow, .nonBlocking])
        return PartialFile(key: key, id: id, file: OpenFile(file, mayBeRemoved: true))
    }

    /// What has become of a content that was followed: whole, or nothing.
    func outcome(of part: PartialFile) -> StoredFile? {
        guard let folder = try? self.folder(part.key.folder, making: false),
            let names = try? names(of: part.key, in: folder)
        else { return nil }
        return openWhole(
            names.filter { if case .whole(_, let content) = $0 { content.id == part.id } else { false } },
            in: folder
        )
    }

    /// Gives a content its name, once it is whole and on the disk.
    ///
    /// - Parameter modified: What the file system is to say of its last change, in seconds since 1970; nil for now.
    func publish(
        _ part: PartialFile,
        as content: StoredContent,
        modified: Int64?
    ) throws(SystemError) -> StoredFile {
        try part.file.descriptor.setTimes(accessed: .max, modified: modified)
        try part.file.descriptor.synchronize()
        let folder = try self.folder(part.key.folder, making: false)
        let name = SpoolName.whole(part.key, content).text
        try folder.descriptor.rename(SpoolName.partial(part.key, part.id).text, to: name)
        part.abandon()
        return StoredFile(name: name, content: content, file: part.file)
    }

    /// Removes a content that will not become whole.
    ///
    /// - Returns: False if that can't be done now.
    func discard(_ key: SpoolKey, _ id: GenerationID) -> Bool {
        do {
            let folder = try self.folder(key.folder, making: false)
            do {
                try folder.descriptor.unlink(SpoolName.partial(key, id).text)
            } catch  where error.code == ENOENT {
                // Another has.
            }
            return true
        } catch {
            return false
        }
    }

    // MARK: - Keeping order

    /// Looks at all files, and removes what crashes have left and what has not the size that its name says.
    ///
    /// - Returns: What is there; the names with their folders.
    func sweep() throws(SystemError) -> [EvictionPolicy.Candidate] {
        let root = OwnedDescriptor(try Descriptor.open(path, [.readOnly, .folder]))
        var files: [EvictionPolicy.Candidate] = []
        for name in try root.descriptor.names() where Hexadecimal.isDigits(name, count: 2) {
            guard let folder = try? folder(name, making: false) else { continue }
            files += try sweep(folder, name)
        }
        return files
    }

    private func sweep(
        _ folder: borrowing OwnedDescriptor,
        _ folderName: String
    ) throws(SystemError) -> [EvictionPolicy.Candidate] {
        let names = try folder.descriptor.names()
        guard names.count > 1 else { return [] }
        let gate = try lock(folder)
        defer { gate.descriptor.discardLock() }
        var files: [EvictionPolicy.Candidate] = []
        for text in names {
            guard let name = SpoolName(text), let status = try? folder.descriptor.status(of: text) else { continue }
            var isLeftover = false
            var created: Int64?
            switch name {
            case .partial(let key, let id):
                if let part = try? openPart(key, id, in: folder) { isLeftover = !part.isAlive }
            case .whole(_, let content):
                isLeftover = status.kind != .regular || status.size != content.size
                created = content.created
            case .record(let key, let id):
                let isOver = (try? openPart(key, id, in: folder))?.isAlive != true
                if isOver, WallClock.seconds - status.modified.seconds > GenerationRecord.lifetime {
                    try? folder.descriptor.unlink(text)
                }
                continue
            }
            if isLeftover {
                try? folder.descriptor.unlink(text)
                continue
            }
            files.append(
                EvictionPolicy.Candidate(
                    name: "\(folderName)/\(text)",
                    size: status.size,
                    lastUse: status.accessed.seconds,
                    created: created
                )
            )
        }
        return files
    }

    /// Removes a file that ``sweep()`` has named, unless it was used since then.
    ///
    /// - Returns: Whether it was removed.
    func remove(_ file: EvictionPolicy.Candidate) throws(SystemError) -> Bool {
        guard let slash = file.name.utf8.firstIndex(of: UInt8(ascii: "/")) else { return false }
        let folder = try folder(String(file.name[..<slash]), making: false)
        // Who hands it over marks it with the same lock held.
        let gate = try lock(folder)
        defer { gate.descriptor.discardLock() }
        let name = String(file.name[file.name.utf8.index(after: slash)...])
        guard try folder.descriptor.status(of: name).accessed.seconds == file.lastUse else { return false }
        try folder.descriptor.unlink(name)
        return true
    }

    /// How much room is left on the disk, in bytes.
    var freeBytes: Int64 {
        get throws(SystemError) {
            try OwnedDescriptor(Descriptor.open(path, [.readOnly, .folder])).descriptor.freeBytes
        }
    }
}

extension Descriptor {
    /// Gives the lock of a folder up at once.
    fileprivate func discardLock() { try? unlock(0..<1) }
}
