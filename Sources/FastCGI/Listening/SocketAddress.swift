internal import DownloadCore
internal import DownloadSystem
internal import Glibc

/// An address as the calls of the kernel have it: of a unix socket, or a TCP port of an IPv4 or IPv6 address.
///
/// `@unchecked Sendable`: a value of plain bytes.
struct SocketAddress: @unchecked Sendable, CustomStringConvertible {
    private var storage = sockaddr_storage()
    private var size = socklen_t(MemoryLayout<sockaddr_storage>.size)

    private init() {}

    /// The address of a unix socket; nil if the path is longer than the kernel takes.
    init?(unixPath path: String) {
        guard path.utf8.count <= Self.maximumPathLength else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        size = socklen_t(MemoryLayout<sockaddr_un>.size)
        unsafe withUnsafeMutableBytes(of: &storage) { storage in
            unsafe withUnsafeBytes(of: address) { unsafe storage.copyMemory(from: $0) }
        }
    }

    /// In bytes.
    static let maximumPathLength = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// The addresses of a host, each once, in the order in which the system has them.
    ///
    /// - Throws: ``ListenError`` when the host has none.
    static func all(ofHost host: String, port: Int) throws(ListenError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let first = unsafe list else {
            let reason = unsafe String(cString: gai_strerror(code))
            throw ListenError(
                "can't listen on \(ListenAddress.tcp(host: host, port: port)): \(reason); "
                    + "write an address of this machine"
            )
        }
        defer { unsafe freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        var entry = unsafe list
        while let info = unsafe entry {
            if let address = unsafe SocketAddress(info.pointee.ai_addr, info.pointee.ai_addrlen),
                !addresses.contains(where: { $0.description.isOctetEqual(to: address.description) })
            {
                addresses.append(address)
            }
            unsafe entry = info.pointee.ai_next
        }
        return addresses
    }

    private init?(_ address: UnsafeMutablePointer<sockaddr>?, _ size: socklen_t) {
        guard let address = unsafe address, size <= MemoryLayout<sockaddr_storage>.size else { return nil }
        self.size = size
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(size)))
        }
    }

    /// Where a socket is bound; nil if it is not a socket.
    static func local(of descriptor: Int32) -> SocketAddress? {
        unsafe filled { unsafe getsockname(descriptor, $0, $1) }
    }

    /// Where the peer of a connection is; nil if that can't be told.
    static func peer(of descriptor: Int32) -> SocketAddress? {
        unsafe filled { unsafe getpeername(descriptor, $0, $1) }
    }

    /// The address that a call fills in; nil if it fails.
    private static func filled(
        by call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var address = SocketAddress()
        var size = address.size
        let code = unsafe withUnsafeMutablePointer(to: &address.storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe call($0, &size) }
        }
        address.size = min(size, address.size)
        return code == 0 ? address : nil
    }

    var family: Int32 { Int32(storage.ss_family) }
    /// Whether it is a TCP port, and not a unix socket.
    var isIP: Bool { family == AF_INET || family == AF_INET6 }

    /// The port of an IP address; an IPv6 address has it at the same place.
    var port: UInt16 {
        get {
            unsafe withUnsafeBytes(of: storage) {
                unsafe UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            }
        }
        set {
            unsafe withUnsafeMutableBytes(of: &storage) {
                unsafe $0.storeBytes(of: newValue.bigEndian, toByteOffset: 2, as: UInt16.self)
            }
        }
    }

    /// `127.0.0.1:9000`, `[::1]:9000`, `unix:/run/app.sock`.
    var description: String {
        guard isIP else {
            let path = unsafe withUnsafeBytes(of: storage) { bytes in
                unsafe String(decoding: bytes[2..<Int(max(2, size))].prefix { $0 != 0 }, as: UTF8.self)
            }
            return path.isEmpty ? "" : "unix:\(path)"
        }
        return family == AF_INET6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The IP address, as digits; empty for a unix socket.
    var host: String {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = unsafe withCalls { unsafe getnameinfo($0, $1, &host, socklen_t(NI_MAXHOST), nil, 0, NI_NUMERICHOST) }
        guard isIP, code == 0 else { return "" }
        return String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func bind(_ descriptor: Int32) throws(SystemError) {
        try SystemError.check("bind", unsafe withCalls { unsafe Glibc.bind(descriptor, $0, $1) })
    }

    func connect(_ descriptor: Int32) throws(SystemError) {
        try SystemError.check("connect", unsafe withCalls { unsafe Glibc.connect(descriptor, $0, $1) })
    }

    /// Calls `body` with the address as the system's calls want it.
    private func withCalls<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
        }
    }
}
