internal import DownloadSystem
internal import Glibc

extension SystemError {
    /// What an error of the file system means for someone who wanted a file.
    enum Kind {
        /// There is no such file, or none that may be opened.
        case absent
        /// It is there, and this process may not read it.
        case forbidden
        /// The process or the system has no descriptors or memory for it.
        case exhausted
        case other
    }

    var kind: Kind {
        switch code {
        // EXDEV and ELOOP: the path leads out of its folder, or through a link; ENXIO: a FIFO, a socket or a device.
        case ENOENT, ENOTDIR, EXDEV, ELOOP, ENAMETOOLONG, EISDIR, EINVAL, ENXIO, ENODEV: .absent
        case EACCES, EPERM: .forbidden
        case EMFILE, ENFILE, ENOMEM: .exhausted
        default: .other
        }
    }

    /// Whether a disk, or what a user may have of it, is full.
    var isFullDisk: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }
}
