#if os(Linux)
internal import Glibc

/// What the file system knows of a file (`stat`).
package struct FileStatus: Sendable, Hashable {
    package enum Kind: Sendable {
        case regular, folder, symbolicLink, pipe, socket, characterDevice, blockDevice, unknown
    }

    package var kind: Kind
    /// In bytes.
    package var size: Int64
    /// Which file it is, while it is open or there: with ``inode``.
    package var device: UInt64
    package var inode: UInt64
    /// Who may do what: the lowest 12 bits of the mode.
    package var permissions: UInt32
    /// How many names it has; 0 when it is open and removed.
    package var linkCount: Int
    package var owner: UInt32
    /// The bytes that it takes of the disk.
    package var allocatedBytes: Int64
    /// When its content was last changed.
    package var modified: Time
    /// When its content, or what this tells of it, was last changed: nobody can set that.
    package var changed: Time
    /// When it was last read, as exactly as the mount's options have it.
    package var accessed: Time

    /// A moment as file systems keep it.
    package struct Time: Sendable, Hashable {
        /// Since 1970.
        package var seconds: Int64
        /// From 0 to 999,999,999.
        package var nanoseconds: Int64

        fileprivate init(_ time: timespec) {
            seconds = Int64(time.tv_sec)
            nanoseconds = Int64(time.tv_nsec)
        }
    }

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .symbolicLink
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            case S_IFCHR: .characterDevice
            case S_IFBLK: .blockDevice
            default: .unknown
            }
        size = Int64(status.st_size)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        permissions = UInt32(status.st_mode & 0o7777)
        linkCount = Int(status.st_nlink)
        owner = UInt32(status.st_uid)
        allocatedBytes = Int64(status.st_blocks) * 512
        modified = Time(status.st_mtim)
        changed = Time(status.st_ctim)
        accessed = Time(status.st_atim)
    }

    /// Whether both are of the same file.
    package func isSameFile(as other: FileStatus) -> Bool {
        device == other.device && inode == other.inode
    }
}

extension Descriptor {
    /// What is open.
    package var status: FileStatus {
        get throws(SystemError) {
            var status = stat()
            try SystemError.check("fstat", unsafe fstat(number, &status))
            return FileStatus(status)
        }
    }
}

extension FileStatus {
    /// What is at a path.
    ///
    /// - Parameter followingLinks: Of a symbolic link, what it leads to.
    package static func of(_ path: String, followingLinks: Bool = true) throws(SystemError) -> FileStatus {
        var status = stat()
        if followingLinks {
            try SystemError.check("stat", unsafe stat(path, &status))
        } else {
            try SystemError.check("lstat", unsafe lstat(path, &status))
        }
        return FileStatus(status)
    }
}
#endif
