public import DownloadCore
internal import Glibc

/// What requests are counted by: the user, the address of the client, or whatever a closure finds in them.
public struct RequestKey: Sendable {
    let key: @Sendable (DownloadRequest) -> WireText?

    /// Counts by what `key` returns, compared octet by octet; requests for which it is nil are not counted.
    public init(_ key: @escaping @Sendable (DownloadRequest) -> String?) {
        self.key = { request in key(request).map { WireText($0) } }
    }

    /// By the client's address. One of IPv6 counts by its first 64 bits, which is what one customer is given (RFC
    /// 6177).
    ///
    /// Behind a proxy that is not the web server, that has to hand on the address of the client. Without an address all
    /// count as one.
    public static var address: RequestKey {
        RequestKey { network(of: $0.client.host) }
    }

    /// By the user whom the web server or ``BasicAuthentication`` has authenticated, or else by the address.
    public static var user: RequestKey {
        RequestKey { request in request.user.map { "user \($0)" } ?? network(of: request.client.host) }
    }

    /// An address, or the first half of one of IPv6 in one spelling.
    static func network(of host: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard host.utf8.contains(UInt8(ascii: ":")), unsafe inet_pton(AF_INET6, host, &bytes) == 1 else { return host }
        // An address of IPv4 in one of IPv6.
        if bytes[..<12].elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
            return bytes[12...].map { String($0) }.joined(separator: ".")
        }
        return bytes[..<8].map { String($0, radix: 16) }.joined(separator: ":")
    }
}
