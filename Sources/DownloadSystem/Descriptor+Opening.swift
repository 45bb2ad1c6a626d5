#if os(Linux)
internal import CLinux
internal import Glibc

extension Descriptor {
    /// How a file is opened. A program that the process starts never gets it (`O_CLOEXEC`).
    package struct OpenOptions: OptionSet, Sendable {
        package let rawValue: Int32

        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        package static let readOnly = OpenOptions(rawValue: O_RDONLY)
        package static let writeOnly = OpenOptions(rawValue: O_WRONLY)
        package static let readWrite = OpenOptions(rawValue: O_RDWR)
        package static let append = OpenOptions(rawValue: O_APPEND)
        /// Makes the file if it is not there.
        package static let create = OpenOptions(rawValue: O_CREAT)
        /// With ``create``: fails if it is there.
        package static let exclusive = OpenOptions(rawValue: O_EXCL)
        package static let truncate = OpenOptions(rawValue: O_TRUNC)
        package static let folder = OpenOptions(rawValue: O_DIRECTORY)
        /// Fails for a symbolic link at the end of the path.
        package static let noFollow = OpenOptions(rawValue: O_NOFOLLOW)
        /// Does not wait for the other end of a pipe, or for a device.
        package static let nonBlocking = OpenOptions(rawValue: O_NONBLOCK)
        /// A terminal does not become the process's own.
        package static let noControllingTerminal = OpenOptions(rawValue: O_NOCTTY)
        /// `O_PATH`, which the C library declares under _GNU_SOURCE alone: a place in the file system, of which nothing
        /// is read or written.
        package static let pathOnly = OpenOptions(rawValue: 0o10000000)
    }

    /// Opens a path.
    ///
    /// A pipe is waited for without ``OpenOptions/nonBlocking``; see ``openRegularFile(_:)`` for what must be a file.
    package static func open(
        _ path: String,
        _ options: OpenOptions,
        permissions: UInt32 = 0o666
    ) throws(SystemError) -> Descriptor {
        while true {
            let number = unsafe Glibc.open(path, options.rawValue | O_CLOEXEC, mode_t(permissions))
            if number >= 0 { return Descriptor(number) }
            guard errno == EINTR else { throw SystemError(call: "open", code: errno) }
        }
    }

    /// Opens a file for reading, with its status. It never waits, whatever is at the path.
    ///
    /// - Throws: ``SystemError``; with `EISDIR` for a folder and `EINVAL` for what else is not a regular file: a pipe,
    ///   a socket and a device may never give an end.
    package static func openRegularFile(
        _ path: String,
        _ options: OpenOptions = []
    ) throws(SystemError) -> (file: Descriptor, status: FileStatus) {
        let file = try open(path, [.readOnly, .nonBlocking, .noControllingTerminal, options])
        return try regular(file)
    }

    /// The status of a file that was opened without waiting; closes it if it is not a regular file.
    package static func regular(_ file: Descriptor) throws(SystemError) -> (file: Descriptor, status: FileStatus) {
        do throws(SystemError) {
            let status = try file.status
            guard status.kind == .regular else {
                throw SystemError(call: "open", code: status.kind == .folder ? EISDIR : EINVAL)
            }
            return (file, status)
        } catch {
            file.discard()
            throw error
        }
    }

    // MARK: - Below a folder

    /// What a path below a folder may lead through (openat2(2)).
    package struct Resolution: OptionSet, Sendable {
        package let rawValue: UInt64

        package init(rawValue: UInt64) {
            self.rawValue = rawValue
        }

        /// Nothing outside of the folder: no absolute path, no `..` above it, no link that leads out.
        package static let beneath = Resolution(rawValue: 0x08)
        /// No symbolic link anywhere on the way.
        package static let noSymbolicLinks = Resolution(rawValue: 0x04)
        /// Not through the links of /proc, which name descriptors.
        package static let noMagicLinks = Resolution(rawValue: 0x02)
        /// Not into another file system.
        package static let noOtherMounts = Resolution(rawValue: 0x01)
    }

    /// Opens a path relative to this folder; the kernel sees to it that it is where `resolution` allows, also while
    /// names change.
    ///
    /// - Throws: ``SystemError``; with `EXDEV` or `ELOOP` for what `resolution` rules out, and with `ENOSYS` or `EPERM`
    ///   where the kernel (before Linux 5.6) or a container's filter has no openat2.
    package func open(
        _ path: String,
        _ options: OpenOptions,
        resolution: Resolution,
        permissions: UInt32 = 0o666
    ) throws(SystemError) -> Descriptor {
        // The kernel refuses permissions where nothing can be made.
        let mode = options.contains(.create) ? Int32(permissions) : 0
        while true {
            let number = unsafe downloadview_openat2(
                number,
                path,
                options.rawValue | O_CLOEXEC,
                mode,
                resolution.rawValue
            )
            if number >= 0 { return Descriptor(number) }
            // EAGAIN: something on the way was renamed meanwhile, and the kernel is not sure.
            guard errno == EINTR || errno == EAGAIN else { throw SystemError(call: "openat2", code: errno) }
        }
    }
}
#endif
