internal import DownloadSystem
internal import Glibc

extension ListeningSocket {
    /// Binds a socket to each address of a host.
    ///
    /// An address that this machine does not have, as that of IPv6 where it is turned off, is left out if the host has
    /// others.
    static func bound(toHost host: String, port: Int) throws -> [ListeningSocket] {
        try bound(toAll: SocketAddress.all(ofHost: host, port: port))
    }

    /// Binds a socket to each address.
    static func bound(toAll addresses: [SocketAddress]) throws -> [ListeningSocket] {
        // The kernel chooses a port for the first; another process may have it at the second.
        for _ in 0..<(addresses.count > 1 && addresses[0].port == 0 ? 9 : 0) {
            do {
                return try bound(to: addresses)
            } catch let error as SystemError where error.code == EADDRINUSE {
                continue
            }
        }
        return try bound(to: addresses)
    }

    private static func bound(to addresses: [SocketAddress]) throws -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        var missing: SystemError?
        do {
            for var address in addresses {
                if address.port == 0, let port = sockets.first.flatMap({ SocketAddress.local(of: $0.descriptor) })?.port
                {
                    address.port = port
                }
                do {
                    sockets.append(try bound(to: address, besideOthers: addresses.count > 1))
                } catch let error as SystemError where [EADDRNOTAVAIL, EAFNOSUPPORT].contains(error.code) {
                    missing = error
                } catch let error as SystemError where addresses.count > 1 {
                    // The name alone would not say which of its addresses it is.
                    throw SystemError(call: "\(address): \(error.call)", code: error.code)
                }
            }
        } catch {
            for socket in sockets { socket.close() }
            throw error
        }
        if sockets.isEmpty, let missing { throw missing }
        return sockets
    }

    private static func bound(to address: SocketAddress, besideOthers: Bool) throws -> ListeningSocket {
        let descriptor = try SystemError.check("socket", socket(address.family, streamType, 0))
        do {
            var on: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
            // Else the socket of `::` would have the port of every IPv4 address, too.
            if besideOthers, address.family == AF_INET6 {
                _ = unsafe setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size)
            }
            try address.bind(descriptor)
            // Where the kernel has chosen the port, nothing else tells of it.
            let bound = SocketAddress.local(of: descriptor) ?? address
            return try ListeningSocket(listeningOn: descriptor, isTCP: true, ownFile: nil, address: "\(bound)")
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }
}
