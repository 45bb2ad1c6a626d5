#if os(Linux)
internal import CLinux
internal import Glibc

/// Places in files, and what else the spool asks of the kernel.
extension Descriptor {
    /// What reading without waiting for the disk has found.
    package enum PromptRead: Sendable, Hashable {
        /// So many bytes; 0 at the end.
        case read(Int)
        /// They would have to be waited for.
        case wouldWait
    }

    /// Reads up to `wanted` bytes from a place of a file that are in memory already (`RWF_NOWAIT`).
    package func readPromptly(
        _ wanted: Int,
        into buffer: inout MutableRawSpan,
        at offset: Int64
    ) throws(SystemError) -> PromptRead {
        try unsafe buffer.withUnsafeMutableBytes { buffer throws(SystemError) in
            while true {
                let count = unsafe downloadview_read_promptly(
                    number,
                    buffer.baseAddress,
                    UInt(min(wanted, buffer.count)),
                    offset
                )
                if count >= 0 { return .read(Int(count)) }
                switch errno {
                case EINTR: continue
                // Nothing of it is there; or the file system can't tell.
                case EAGAIN, EOPNOTSUPP, ENOSYS: return .wouldWait
                case let code: throw SystemError(call: "preadv2", code: code)
                }
            }
        }
    }

    /// Writes bytes to a place of a file.
    ///
    /// - Returns: How many were written: fewer when the disk or a limit is nearly full.
    package func write(_ bytes: RawSpan, at offset: Int64) throws(SystemError) -> Int {
        try unsafe bytes.withUnsafeBytes { bytes throws(SystemError) in
            while true {
                let count = unsafe pwrite(number, bytes.baseAddress, bytes.count, off_t(offset))
                if unsafe count > 0 || bytes.isEmpty { return count }
                guard count < 0 else { throw SystemError(call: "pwrite", code: ENOSPC) }
                guard errno == EINTR else { throw SystemError(call: "pwrite", code: errno) }
            }
        }
    }

    /// Whether another opening of the file, in this process or another, has a lock on a range that keeps this from
    /// having it (`F_OFD_GETLK`).
    package func isLocked(_ range: Range<Int64>, against kind: LockKind) throws(SystemError) -> Bool {
        var lock = flock()
        lock.l_type = Int16(kind == .shared ? F_RDLCK : F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = off_t(range.lowerBound)
        lock.l_len = off_t(range.upperBound - range.lowerBound)
        try SystemError.check("fcntl", unsafe downloadview_find_lock(number, &lock))
        return lock.l_type != Int16(F_UNLCK)
    }

    /// Sets when a file was last read and changed, in seconds since 1970; nil leaves it as it is, `.max` is now.
    package func setTimes(accessed: Int64? = nil, modified: Int64? = nil) throws(SystemError) {
        var times: [2 of timespec] = [Self.time(accessed), Self.time(modified)]
        var span = times.mutableSpan
        let code = unsafe span.withUnsafeMutableBufferPointer { unsafe futimens(number, $0.baseAddress) }
        try SystemError.check("futimens", code)
    }

    /// The same, of what has a name in this folder.
    package func setTimes(of name: String, accessed: Int64? = nil, modified: Int64? = nil) throws(SystemError) {
        var times: [2 of timespec] = [Self.time(accessed), Self.time(modified)]
        var span = times.mutableSpan
        let code = unsafe span.withUnsafeMutableBufferPointer {
            unsafe utimensat(number, name, $0.baseAddress, AT_SYMLINK_NOFOLLOW)
        }
        try SystemError.check("utimensat", code)
    }

    private static func time(_ seconds: Int64?) -> timespec {
        switch seconds {
        case nil: timespec(tv_sec: 0, tv_nsec: 0x3fff_fffe)  // UTIME_OMIT
        case Int64.max?: timespec(tv_sec: 0, tv_nsec: 0x3fff_ffff)  // UTIME_NOW
        case let seconds?: timespec(tv_sec: time_t(seconds), tv_nsec: 0)
        }
    }

    /// How many bytes a user without privileges can still write to the file system.
    package var freeBytes: Int64 {
        get throws(SystemError) {
            var status = statvfs()
            while unsafe fstatvfs(number, &status) != 0 {
                guard errno == EINTR else { throw SystemError(call: "fstatvfs", code: errno) }
            }
            return Int64(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
        }
    }

    /// The kind of the file system, as statfs(2) numbers them; 0 if it can't be told.
    package var fileSystem: UInt32 { downloadview_file_system(number) }

    /// Makes a folder in this one; an existing one is left as it is.
    package func makeFolder(_ name: String, permissions: UInt32) throws(SystemError) {
        guard unsafe mkdirat(number, name, mode_t(permissions)) != 0, errno != EEXIST else { return }
        throw SystemError(call: "mkdirat", code: errno)
    }

    /// Opens what has a name in this folder.
    package func open(
        _ name: String,
        _ options: OpenOptions,
        permissions: UInt32 = 0o600
    ) throws(SystemError) -> Descriptor {
        while true {
            let file = unsafe openat(number, name, options.rawValue | O_CLOEXEC, mode_t(permissions))
            if file >= 0 { return Descriptor(file) }
            guard errno == EINTR else { throw SystemError(call: "openat", code: errno) }
        }
    }

    /// The names in this folder, in no order, without `.` and `..`.
    package func names() throws(SystemError) -> [String] {
        // A descriptor of its own: reading moves its place, and closing the stream closes it.
        let copy = try open(".", [.readOnly, .folder])
        guard let stream = unsafe fdopendir(copy.number) else {
            let code = errno
            copy.discard()
            throw SystemError(call: "fdopendir", code: code)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                // Else an unreadable folder would pass for one with fewer names.
                guard errno == 0 else { throw SystemError(call: "readdir", code: errno) }
                return names
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            // Unicode equality: nothing else is equivalent to dots.
            if name != ".", name != ".." { names.append(name) }
        }
    }
}

extension Thread {
    /// Lowers the priority of the calling thread by `niceness`, at most 19 (nice(1)).
    static func giveWay(_ niceness: Int32) {
        downloadview_give_way(niceness)
    }
}
#endif
