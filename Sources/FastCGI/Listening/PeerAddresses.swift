internal import DownloadCore
internal import DownloadSystem
internal import Glibc

/// The addresses that may connect, from `FCGI_WEB_SERVER_ADDRS` (FastCGI specification §3.2): comma-separated, IPv4 or
/// IPv6.
struct PeerAddresses: Sendable {
    private let allowed: Set<WireText>

    /// Nil if the variable is not set or empty: then every peer may connect.
    ///
    /// - Throws: As ``init(parsing:)``.
    static func fromEnvironment() throws(ListenError) -> PeerAddresses? {
        guard let text = ProcessEnvironment.value("FCGI_WEB_SERVER_ADDRS") else { return nil }
        return text.isEmpty ? nil : try PeerAddresses(parsing: text)
    }

    /// - Throws: ``ListenError`` that says which entry is not an address, or that there are none: nobody could connect.
    init(parsing text: String) throws(ListenError) {
        var allowed: Set<WireText> = []
        for entry in text.splitOctets(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == 0x20 }) where !entry.isEmpty {
            guard let address = Self.normalized(String(entry)) else {
                throw Self.refusal("“\(entry)”, which is not an IP address")
            }
            allowed.insert(address)
        }
        guard !allowed.isEmpty else { throw Self.refusal("no address") }
        self.allowed = allowed
    }

    private static func refusal(_ named: String) -> ListenError {
        ListenError(
            "FCGI_WEB_SERVER_ADDRS names \(named); write 10.0.0.1,10.0.0.2, or unset it to admit every one"
        )
    }

    /// One spelling for each address; an IPv4 address mapped into IPv6 counts as itself. Nil if it is not an address.
    static func normalized(_ text: String) -> WireText? {
        // A link-local address may name its interface.
        let end = text.utf8.firstIndex(of: UInt8(ascii: "%")) ?? text.endIndex
        let address = String(text[..<end])
        var v4 = in_addr()
        if unsafe inet_pton(AF_INET, text, &v4) == 1 { return text.wire }
        var v6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, address, &v6) == 1 else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(AF_INET6, &v6, &buffer, socklen_t(INET6_ADDRSTRLEN)) != nil else { return nil }
        let spelled = Self.text(of: buffer) + text[end...]
        let isMapped = spelled.hasOctetPrefix("::ffff:") && spelled.utf8.contains(UInt8(ascii: "."))
        return isMapped ? spelled.droppingOctets(7).wire : spelled.wire
    }

    /// The text before the NUL that ends it.
    private static func text(of buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func contains(_ address: String) -> Bool {
        PeerAddresses.normalized(address).map(allowed.contains) ?? false
    }

    /// The address of a connection's peer; empty if it can't be told.
    static func peer(of descriptor: Int32) -> String {
        SocketAddress.peer(of: descriptor)?.host ?? ""
    }
}
