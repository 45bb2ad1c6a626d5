internal import DownloadCore
internal import DownloadSystem
internal import Glibc

/// Where a web server reaches the application.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A unix domain socket at a path.
    case unix(path: String)
    /// A TCP port. The host is a name or a numeric address; an IPv6 address stands in brackets when written with its port.
    case tcp(host: String, port: Int)

    /// Parses `unix:PATH` or `HOST:PORT`.
    ///
    /// - Throws: ``ListenError`` that says what is expected.
    public init(parsing text: String) throws {
        if text.hasOctetPrefix("unix:") {
            let path = String(text.droppingOctets(5))
            guard !path.isEmpty else { throw ListenError("“\(text)” names no path; write unix:/run/app.sock") }
            self = .unix(path: path)
            return
        }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = Int(Substring(text.utf8[colon...].dropFirst())),
            (0...65535).contains(port)
        else {
            throw ListenError("“\(text)” is no address; write unix:/run/app.sock or 127.0.0.1:9000")
        }
        var host = String(text[..<colon])
        if host.hasOctetPrefix("["), host.hasOctetSuffix("]") {
            host = String(Substring(host.utf8.dropFirst().dropLast()))
        }
        guard !host.isEmpty else {
            throw ListenError(
                "“\(text)” names no host; write 127.0.0.1:\(port), or 0.0.0.0:\(port) for every interface"
            )
        }
        self = .tcp(host: host, port: port)
    }

    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}

extension ListenAddress {
    /// What a person can do about a call that failed for this address.
    fileprivate func remedy(for error: SystemError) -> String {
        switch (self, error.code) {
        case (.unix, ENOENT), (.unix, ENOTDIR): "create the folder first"
        // A socket is there, but this user may not ask whether its process lives.
        case (.unix, EACCES) where error.call.isOctetEqual(to: "connect"):
            "the socket is another user's; remove it or choose another path"
        case (.unix, EACCES), (.unix, EPERM): "give this user the right to write to the folder, or choose another"
        case (.unix, EROFS): "choose a folder that can be written to"
        case (.tcp, EACCES): "choose a port from 1024 on"
        case (.tcp, EADDRINUSE): "stop the process that listens there, or choose another port"
        case (.tcp, EADDRNOTAVAIL): "write an address of this machine"
        default: "choose another address"
        }
    }
}

/// Why a listening socket can't be had.
public struct ListenError: Error, CustomStringConvertible, Sendable {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A listening socket: one that was handed to the process, or one of its own.
public struct Listener: Sendable {
    let descriptor: Int32
    let isTCP: Bool
    /// The file of a unix socket that is to go when the server stops.
    let ownPath: (path: String, device: UInt64, inode: UInt64)?
    /// Where it listens, for people to read.
    public let address: String

    /// How many connections may wait to be accepted; the kernel caps it at `net.core.somaxconn`.
    private static let backlog: Int32 = 4096

    /// The listening socket that the process was started with: descriptor 0 (spawn-fcgi, mod_fcgid, systemd with
    /// `StandardInput=socket`), or the first of systemd's socket activation (`LISTEN_FDS`). Nil if there is none.
    ///
    /// - Throws: ``ListenError`` when `LISTEN_FDS` is set and descriptor 3 is no listening stream socket.
    public static func inherited() throws -> Listener? {
        if Socket.isListening(0) { return try Listener(adopting: 0) }
        if let count = environmentInteger("LISTEN_FDS"), count > 0, environmentInteger("LISTEN_PID") == Int(getpid()) {
            guard Socket.isListening(3) else {
                throw ListenError(
                    "LISTEN_FDS is set, but descriptor 3 is no listening stream socket; the unit's first socket must be a "
                        + "ListenStream="
                )
            }
            return try Listener(adopting: 3)
        }
        return nil
    }

    private static func environmentInteger(_ name: String) -> Int? {
        ProcessEnvironment.value(name).flatMap { Int($0) }
    }

    /// Binds a socket and listens on it.
    ///
    /// A unix socket whose process is gone is replaced. Any other file at the path is refused, and so is the socket of a
    /// process that lives.
    ///
    /// - Parameter mode: The permissions of a unix socket: who may connect. The default is 0660.
    /// - Throws: ``ListenError``, which names the address and says what is in the way.
    public static func bound(to address: ListenAddress, mode: UInt32 = 0o660) throws -> Listener {
        do {
            switch address {
            case .unix(let path): return try inTurn(in: path) { try bindUnix(path, mode: mode) }
            case .tcp(let host, let port): return try bindTCP(host, port: port, address: address)
            }
        } catch let error as SystemError {
            let remedy = error.isShortOfDescriptors ? "" : "; \(address.remedy(for: error))"
            throw ListenError("can't listen on \(address): \(error)\(remedy)")
        }
    }

    private init(adopting descriptor: Int32) throws {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = unsafe getsockname(descriptor, pointer, &size)
            }
        }
        try Socket.makeNonBlocking(descriptor)
        // A program that a view starts must not keep the socket open.
        if descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        self.descriptor = descriptor
        isTCP = address.ss_family == sa_family_t(AF_INET) || address.ss_family == sa_family_t(AF_INET6)
        ownPath = nil
        self.address = "descriptor \(descriptor)"
    }

    private init(descriptor: Int32, isTCP: Bool, ownPath: (String, UInt64, UInt64)?, address: ListenAddress) throws {
        try SystemError.check("listen", listen(descriptor, Self.backlog))
        try Socket.makeNonBlocking(descriptor)
        self.descriptor = descriptor
        self.isTCP = isTCP
        self.ownPath = ownPath
        self.address = "\(address)"
    }

    // MARK: - Unix

    private static func bindUnix(_ path: String, mode: UInt32) throws -> Listener {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < capacity else {
            throw ListenError(
                "the path of unix:\(path) has \(path.utf8.count) bytes; choose one of at most \(capacity - 1)"
            )
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }

        try removeStaleSocket(at: path, address: address)
        let descriptor = try SystemError.check("socket", socket(AF_UNIX, streamType, 0))
        do {
            // Nobody can connect before listen, so this is never wider than asked. umask would be the whole process's, and take
            // rights from the files that other threads make meanwhile.
            try SystemError.check("bind", unsafe withSocketAddress(of: &address) { unsafe bind(descriptor, $0, $1) })
            try unsafe SystemError.check("chmod", chmod(path, mode))
            var status = stat()
            try SystemError.check("stat", unsafe lstat(path, &status))
            return try Listener(
                descriptor: descriptor,
                isTCP: false,
                ownPath: (path, UInt64(status.st_dev), UInt64(status.st_ino)),
                address: .unix(path: path)
            )
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Calls `body` while nobody else does for a path in the same folder: a socket that another process has bound, and does not listen
    /// on yet, looks stale.
    ///
    /// Where the folder can't be locked within a second it is called all the same, since others lock folders for their own reasons.
    private static func inTurn<Result>(in path: String, _ body: () throws -> Result) rethrows -> Result {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
        let lock = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // That unlocks it.
        defer { if lock >= 0 { Glibc.close(lock) } }
        var attempts = 0
        while flock(lock, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK, attempts < 1000 {
            attempts += 1
            usleep(1000)
        }
        return try body()
    }

    private static func removeStaleSocket(at path: String, address: sockaddr_un) throws {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ListenError(
                "can't listen on unix:\(path): a file that is no socket is there; remove it or choose another path"
            )
        }
        // Without waiting: a process may live and not accept, as one that is stopped in a debugger, until its queue is full.
        let options = streamType | Int32(SOCK_NONBLOCK.rawValue)
        let probe = try SystemError.check("socket", socket(AF_UNIX, options, 0))
        defer { Glibc.close(probe) }
        var address = address
        if unsafe withSocketAddress(of: &address, { unsafe connect(probe, $0, $1) }) == 0 || errno == EAGAIN {
            throw ListenError("can't listen on unix:\(path): another process does; stop it or choose another path")
        }
        guard errno == ECONNREFUSED else { throw SystemError(call: "connect", code: errno) }
        try unsafe SystemError.check("unlink", unlink(path))
    }

    // MARK: - TCP

    private static func bindTCP(_ host: String, port: Int, address: ListenAddress) throws -> Listener {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = streamType & ~Int32(SOCK_CLOEXEC.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let first = unsafe list else {
            throw ListenError(
                "can't listen on \(address): \(unsafe String(cString: gai_strerror(code))); write an address of this machine"
            )
        }
        defer { unsafe freeaddrinfo(first) }
        let descriptor = try SystemError.check("socket", socket(unsafe first.pointee.ai_family, streamType, 0))
        do {
            var on: Int32 = 1
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            try SystemError.check("bind", unsafe bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen))
            // Where the kernel is to choose the port, nothing else tells of it.
            let bound = port > 0 ? address : .tcp(host: host, port: boundPort(of: descriptor))
            return try Listener(descriptor: descriptor, isTCP: true, ownPath: nil, address: bound)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    private static func boundPort(of descriptor: Int32) -> Int {
        // An IPv6 address has its port at the same place.
        var address = sockaddr_in()
        unsafe withSocketAddress(of: &address) { pointer, size in
            var size = size
            _ = unsafe getsockname(descriptor, pointer, &size)
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static var streamType: Int32 { Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) }

    // MARK: - End

    /// Stops listening. The file of a socket of our own goes, unless another process has replaced it.
    func close() {
        // Its inode is ours for as long as the socket is open: closed first, another's socket might have got it.
        defer { Glibc.close(descriptor) }
        guard let ownPath else { return }
        var status = stat()
        if unsafe lstat(ownPath.path, &status) == 0, UInt64(status.st_dev) == ownPath.device,
            UInt64(status.st_ino) == ownPath.inode
        {
            unsafe unlink(ownPath.path)
        }
    }
}

/// Calls `body` with a socket address as the system's calls want it.
private func withSocketAddress<Address, Result>(
    of address: inout Address,
    _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe body($0, socklen_t(MemoryLayout<Address>.size))
        }
    }
}
