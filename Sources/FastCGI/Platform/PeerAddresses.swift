internal import Glibc

/// The addresses that may connect, from `FCGI_WEB_SERVER_ADDRS` (FastCGI specification §3.2): comma-separated, IPv4 or IPv6.
struct PeerAddresses: Sendable {
    private let allowed: Set<String>
    /// What is listed and no address: it would match no peer.
    let unusable: [String]

    /// Nil if the variable is not set or empty: then every peer may connect.
    static func fromEnvironment() -> PeerAddresses? {
        guard let value = unsafe getenv("FCGI_WEB_SERVER_ADDRS") else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : PeerAddresses(parsing: text)
    }

    init(parsing text: String) {
        let listed = text.split { $0 == "," || $0 == " " }.map(String.init)
        allowed = Set(listed.map(PeerAddresses.normalized))
        unusable = listed.filter { !PeerAddresses.isAddress($0) }
    }

    private static func isAddress(_ text: String) -> Bool {
        // An IPv6 address may end with the interface it belongs to.
        let address = String(text.prefix { $0 != "%" })
        var v4 = in_addr()
        var v6 = in6_addr()
        return unsafe inet_pton(AF_INET, address, &v4) == 1 || inet_pton(AF_INET6, address, &v6) == 1
    }

    /// One spelling for each address; an IPv4 address mapped into IPv6 counts as itself.
    static func normalized(_ text: String) -> String {
        var v6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &v6) == 1 else { return text }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(AF_INET6, &v6, &buffer, socklen_t(INET6_ADDRSTRLEN)) != nil else { return text }
        let spelled = Self.text(of: buffer)
        return spelled.hasPrefix("::ffff:") && spelled.contains(".") ? String(spelled.dropFirst(7)) : spelled
    }

    /// The text before the NUL that ends it.
    private static func text(of buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func contains(_ address: String) -> Bool {
        allowed.contains(PeerAddresses.normalized(address))
    }

    /// Whether the peer of a connection may have it.
    func contains(peerOf descriptor: Int32) -> Bool {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let isKnown = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe getpeername(descriptor, pointer, &size) == 0
                    && getnameinfo(pointer, size, &host, socklen_t(NI_MAXHOST), nil, 0, NI_NUMERICHOST) == 0
            }
        }
        return isKnown && contains(PeerAddresses.text(of: host))
    }
}
