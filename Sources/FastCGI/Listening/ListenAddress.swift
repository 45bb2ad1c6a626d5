internal import DownloadCore
internal import DownloadSystem
internal import Glibc

/// Where a web server reaches the application.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case unix(path: WireText)
        case tcp(host: WireText, port: Int)
    }

    let kind: Kind

    /// A unix domain socket at a path.
    public static func unix(path: String) -> ListenAddress {
        ListenAddress(kind: .unix(path: path.wire))
    }

    /// A TCP port. The host is a name or a numeric address; a name stands for all of its addresses. Port 0 is one that
    /// the kernel chooses.
    public static func tcp(host: String, port: Int) -> ListenAddress {
        ListenAddress(kind: .tcp(host: host.wire, port: port))
    }

    private init(kind: Kind) {
        self.kind = kind
    }

    /// Parses `unix:PATH` or `HOST:PORT`. An IPv6 address stands in brackets.
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
            let port = Int(Substring(text.utf8[colon...].dropFirst())), (0...65535).contains(port)
        else {
            throw ListenError("“\(text)” is not an address; write unix:/run/app.sock or 127.0.0.1:9000")
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
        switch kind {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port):
            host.text.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}

extension ListenAddress {
    /// What a person can do about a call that failed for this address.
    package func remedy(for error: SystemError) -> String {
        switch (kind, error.code) {
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
