internal import DownloadCore
internal import DownloadSystem
internal import Glibc

/// One listening socket.
struct ListeningSocket: Sendable {
    let descriptor: Int32
    let isTCP: Bool
    /// The file of a unix socket that is to go when the server stops.
    let ownFile: (path: String, status: FileStatus)?
    /// Where it listens, for people to read.
    let address: String

    /// How many connections may wait to be accepted; the kernel caps it at `net.core.somaxconn`.
    private static let backlog: Int32 = 4096

    static var streamType: Int32 { Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) }

    /// Binds what an address stands for: one socket, or one for each address of a host.
    ///
    /// - Throws: ``ListenError``, which names the address and says what is in the way.
    static func bound(to address: ListenAddress, mode: UInt32) throws -> [ListeningSocket] {
        do {
            switch address.kind {
            case .unix(let path): return [try bound(toUnix: path.text, mode: mode)]
            case .tcp(let host, let port): return try bound(toHost: host.text, port: port)
            }
        } catch let error as SystemError {
            let remedy = error.isShortOfDescriptors ? "" : "; \(address.remedy(for: error))"
            throw ListenError("can't listen on \(address): \(error)\(remedy)")
        }
    }

    /// Takes over a listening socket that the process was started with.
    ///
    /// - Parameter name: What the starter of the process calls it.
    init(adopting descriptor: Int32, name: String? = nil) throws(SystemError) {
        try Socket.makeNonBlocking(descriptor)
        // A program that a view starts must not keep the socket open.
        if descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let bound = SocketAddress.local(of: descriptor)
        self.descriptor = descriptor
        isTCP = bound?.isIP ?? false
        ownFile = nil
        let place = [name, bound.map { "\($0)" }].compactMap(\.self).filter { !$0.isEmpty }
        address = "descriptor \(descriptor)\(place.isEmpty ? "" : " (\(place.joined(separator: ", ")))")"
    }

    /// Begins to listen on a socket that is bound; the caller closes it if that fails.
    init(
        listeningOn descriptor: Int32,
        isTCP: Bool,
        ownFile: (path: String, status: FileStatus)?,
        address: String
    ) throws(SystemError) {
        try SystemError.check("listen", listen(descriptor, Self.backlog))
        try Socket.makeNonBlocking(descriptor)
        self.descriptor = descriptor
        self.isTCP = isTCP
        self.ownFile = ownFile
        self.address = address
    }

    /// Whether another descriptor is of the same socket; false for one that is not open.
    func isSameSocket(as other: Int32) -> Bool {
        guard let own = try? Descriptor(descriptor).status, let other = try? Descriptor(other).status else {
            return false
        }
        return own.isSameFile(as: other)
    }

    /// Stops listening. The file of a socket of our own goes, unless another process has replaced it.
    func close() {
        // Its inode is ours for as long as the socket is open: closed first, another's socket might have got it.
        defer { Glibc.close(descriptor) }
        guard let ownFile, let there = try? FileStatus.of(ownFile.path, followingLinks: false),
            there.isSameFile(as: ownFile.status)
        else { return }
        unsafe unlink(ownFile.path)
    }
}
