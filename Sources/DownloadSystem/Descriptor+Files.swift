#if os(Linux)
internal import CLinux
internal import Glibc

/// `O_TMPFILE`, which the C library declares under _GNU_SOURCE alone.
private let openTemporary = 0o20000000 | O_DIRECTORY

/// Making, locking and naming files.
extension Descriptor {
    /// Makes a file without a name in a folder (`O_TMPFILE`): it goes when it is closed, unless ``link(as:in:)`` names
    /// it.
    ///
    /// - Throws: ``SystemError``; with `EOPNOTSUPP` where the file system has none.
    package static func unnamedFile(in folder: String, permissions: UInt32 = 0o600) throws(SystemError) -> Descriptor {
        try open(folder, OpenOptions(rawValue: openTemporary | O_RDWR), permissions: permissions)
    }

    /// Gives a file without a name one in a folder, at once and whole.
    ///
    /// - Throws: ``SystemError``; with `EEXIST` if the name is taken.
    package func link(as name: String, in folder: Descriptor) throws(SystemError) {
        let own = "/proc/self/fd/\(number)"
        try SystemError.check("linkat", unsafe linkat(AT_FDCWD, own, folder.number, name, AT_SYMLINK_FOLLOW))
    }

    /// Gives what has a name in this folder another one, replacing what has that name.
    package func rename(_ name: String, to other: String) throws(SystemError) {
        try SystemError.check("renameat", unsafe renameat(number, name, number, other))
    }

    /// Removes a name from this folder.
    package func unlink(_ name: String) throws(SystemError) {
        try SystemError.check("unlinkat", unsafe unlinkat(number, name, 0))
    }

    /// What has a name in this folder.
    package func status(
        of name: String,
        followingLinks: Bool = false
    ) throws(SystemError) -> FileStatus {
        var status = stat()
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        try SystemError.check("fstatat", unsafe fstatat(number, name, &status, flags))
        return FileStatus(status)
    }

    /// Returns when everything that was written is on the disk (`fsync`); of a folder: its names.
    package func synchronize() throws(SystemError) {
        while fsync(number) != 0 {
            guard errno == EINTR else { throw SystemError(call: "fsync", code: errno) }
        }
    }

    /// Makes the file this long.
    package func truncate(to size: Int64) throws(SystemError) {
        while ftruncate(number, off_t(size)) != 0 {
            guard errno == EINTR else { throw SystemError(call: "ftruncate", code: errno) }
        }
    }

    /// Sets who may do what with the file.
    package func setPermissions(_ permissions: UInt32) throws(SystemError) {
        try SystemError.check("fchmod", fchmod(number, mode_t(permissions)))
    }

    // MARK: - Locks

    package enum LockKind: Sendable {
        case shared, exclusive
    }

    /// Locks the whole of what is open, until it is closed, a folder too (`flock`).
    ///
    /// - Parameter waiting: Whether to wait for others.
    /// - Returns: False if another has it, and it was not waited for.
    package func lock(_ kind: LockKind, waiting: Bool) throws(SystemError) -> Bool {
        let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | (waiting ? 0 : LOCK_NB)
        while flock(number, operation) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            case let code: throw SystemError(call: "flock", code: code)
            }
        }
        return true
    }

    /// Gives up what ``lock(_:waiting:)`` has taken.
    package func unlock() {
        flock(number, LOCK_UN)
    }

    /// Locks a range of the file for this opening of it, against other openings in this process and in others
    /// (`F_OFD_SETLK`). Exclusive needs a descriptor for writing. Closing gives it up.
    ///
    /// - Parameter range: Bytes, which need not be there.
    /// - Returns: False if another has some of it, and it was not waited for.
    package func lock(_ range: Range<Int64>, _ kind: LockKind, waiting: Bool) throws(SystemError) -> Bool {
        try setLock(Int16(kind == .shared ? F_RDLCK : F_WRLCK), on: range, waiting: waiting)
    }

    /// Gives up the lock on a range.
    package func unlock(_ range: Range<Int64>) throws(SystemError) {
        _ = try setLock(Int16(F_UNLCK), on: range, waiting: false)
    }

    private func setLock(_ type: Int16, on range: Range<Int64>, waiting: Bool) throws(SystemError) -> Bool {
        // A length of 0 would be all the rest.
        guard !range.isEmpty else { return true }
        var lock = flock()
        lock.l_type = type
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = off_t(range.lowerBound)
        lock.l_len = off_t(range.upperBound - range.lowerBound)
        while unsafe downloadview_lock_range(number, &lock, waiting ? 1 : 0) != 0 {
            switch errno {
            case EINTR: continue
            case EAGAIN, EACCES: return false
            case let code: throw SystemError(call: "fcntl", code: code)
            }
        }
        return true
    }
}
#endif
