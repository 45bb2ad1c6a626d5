import Foundation
import Glibc
import TestSupport

/// Asks an application itself, past every web server. libfcgi's own client, `cgi-fcgi`, does not serve for that: it
/// loses the rest of an answer when a record's header comes in two parts.
enum FastCGIClient {
    enum Address: Sendable {
        case unix(String)
        /// A port of 127.0.0.1.
        case port(Int)
    }

    /// What a GET request is answered, head and content; nil if nobody serves there, or the answer has no end.
    static func get(_ target: String, at address: Address, _ variables: [String: String] = [:]) async -> String? {
        let parameters = [
            "REQUEST_METHOD": "GET", "REQUEST_URI": target, "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        ]
        .merging(variables) { $1 }
        return await Task(executorPreference: TestExecutor.blocking) { exchange(request(parameters), at: address) }
            .value
    }

    private static func exchange(_ request: [UInt8], at address: Address) -> String? {
        guard let socket = connect(to: address) else { return nil }
        defer { close(socket) }
        // Short enough for any socket's buffer.
        guard unsafe send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var answer: [UInt8] = []
        while let header = receive(8, from: socket) {
            let length = Int(header[4]) << 8 | Int(header[5])
            guard header[0] == 1, let content = receive(length + Int(header[6]), from: socket) else { return nil }
            switch header[1] {
            case 6: answer += content.prefix(length)
            case 3: return String(decoding: answer, as: UTF8.self)
            default: break
            }
        }
        return nil
    }

    /// The records of a request (FastCGI 1.0 §8).
    private static func request(_ parameters: [String: String]) -> [UInt8] {
        let content = parameters.flatMap { length($0.key) + length($0.value) + Array($0.key.utf8) + $0.value.utf8 }
        return record(1, [0, 1, 0, 0, 0, 0, 0, 0]) + record(4, content) + record(4) + record(5)
    }

    private static func record(_ type: UInt8, _ content: [UInt8] = []) -> [UInt8] {
        [1, type, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 255), 0, 0] + content
    }

    private static func length(_ text: String) -> [UInt8] {
        unsafe withUnsafeBytes(of: (UInt32(text.utf8.count) | 1 << 31).bigEndian) { unsafe Array($0) }
    }

    /// Exactly so many bytes; nil if the connection ends before.
    private static func receive(_ count: Int, from socket: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return unsafe recv(socket, &bytes, count, Int32(MSG_WAITALL)) == count ? bytes : nil
    }

    private static func connect(to address: Address) -> Int32? {
        let family = if case .unix = address { AF_UNIX } else { AF_INET }
        let socket = Glibc.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        // An answer that never comes is to fail its test, however busy the machine is.
        var limit = timeval(tv_sec: 600, tv_usec: 0)
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let isConnected =
            switch address {
            case .unix(let path): connect(socket, unixAddress(path))
            case .port(let port): connect(socket, loopbackAddress(port))
            }
        guard isConnected else {
            close(socket)
            return nil
        }
        return socket
    }

    private static func connect<Address>(_ socket: Int32, _ address: Address) -> Bool {
        unsafe withUnsafeBytes(of: address) { bytes in
            guard let base = bytes.baseAddress else { return false }
            return unsafe Glibc.connect(
                socket,
                base.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count)
            ) == 0
        }
    }

    private static func unixAddress(_ path: String) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
            unsafe field.copyBytes(from: path.utf8.prefix(field.count - 1))
        }
        return address
    }

    private static func loopbackAddress(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
