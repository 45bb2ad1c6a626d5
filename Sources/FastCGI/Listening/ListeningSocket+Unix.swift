internal import DownloadSystem
internal import Glibc

extension ListeningSocket {
    /// Binds a unix socket at a path.
    static func bound(toUnix path: String, mode: UInt32) throws -> ListeningSocket {
        try inTurn(in: path) { try bind(path, mode: mode) }
    }

    private static func bind(_ path: String, mode: UInt32) throws -> ListeningSocket {
        guard let address = SocketAddress(unixPath: path) else {
            throw ListenError(
                "the path of unix:\(path) has \(path.utf8.count) bytes; choose one of at most "
                    + "\(SocketAddress.maximumPathLength)"
            )
        }
        try removeStaleSocket(at: path, address: address)
        let descriptor = try SystemError.check("socket", socket(AF_UNIX, streamType, 0))
        do {
            // Nobody can connect before listen, so this is never wider than asked. umask would be the whole process's,
            // and take rights from the files that other threads make meanwhile.
            try address.bind(descriptor)
            try unsafe SystemError.check("chmod", chmod(path, mode))
            return try ListeningSocket(
                listeningOn: descriptor,
                isTCP: false,
                ownFile: (path, .of(path, followingLinks: false)),
                address: "unix:\(path)"
            )
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Calls `body` while nobody else does for a path in the same folder: a socket that another process has bound, and
    /// does not listen on yet, looks stale.
    ///
    /// Where the folder can't be locked within a second it is called all the same, since others lock folders for their
    /// own reasons.
    private static func inTurn<Result>(in path: String, _ body: () throws -> Result) rethrows -> Result {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
        let lock = try? Descriptor.open(folder, [.readOnly, .folder])
        // That unlocks it.
        defer { lock?.discard() }
        var attempts = 0
        while let lock, (try? lock.lock(.exclusive, waiting: false)) == false, attempts < 1000 {
            attempts += 1
            usleep(1000)
        }
        return try body()
    }

    private static func removeStaleSocket(at path: String, address: SocketAddress) throws {
        // What can't be looked at is for bind to complain of.
        guard let there = try? FileStatus.of(path, followingLinks: false) else { return }
        guard there.kind == .socket else {
            throw ListenError(
                "can't listen on unix:\(path): a file that is not a socket is there; remove it or choose another path"
            )
        }
        // Without waiting: a process may live and not accept, as one that is stopped in a debugger, until its queue is
        // full.
        let options = streamType | Int32(SOCK_NONBLOCK.rawValue)
        let probe = try SystemError.check("socket", socket(AF_UNIX, options, 0))
        defer { Glibc.close(probe) }
        do {
            try address.connect(probe)
        } catch {
            switch error.code {
            case ECONNREFUSED:
                try unsafe SystemError.check("unlink", unlink(path))
                return
            // Its queue is full.
            case EAGAIN: break
            default: throw error
            }
        }
        throw ListenError("can't listen on unix:\(path): another process does; stop it or choose another path")
    }
}
