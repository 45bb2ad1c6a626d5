import Foundation
import TestSupport

/// The answer to a request whose target is sent just as it is, which no client of a person's would.
struct RawAnswer: Sendable {
    let status: Int?
    let body: String

    /// Asks a server of 127.0.0.1, on a connection of its own.
    ///
    /// - Parameter fields: The header fields; Host alone if nil.
    static func get(_ target: String, port: Int, version: String = "1.1", fields: [String]? = nil) throws -> RawAnswer {
        let head = ["GET \(target) HTTP/\(version)", "Connection: close"] + (fields ?? ["Host: 127.0.0.1:\(port)"])
        return try exchange([Data((head.joined(separator: "\r\n") + "\r\n\r\n").utf8)], port: port)
    }

    /// Sends content in pieces, each as a packet of its own, and takes the answer.
    ///
    /// - Parameter length: The declared length; that of the content if nil. Of less the rest is never sent: the client
    ///   leaves.
    static func post(_ target: String, _ pieces: [[UInt8]], of length: Int? = nil, port: Int) throws -> RawAnswer {
        let count = pieces.reduce(0) { $0 + $1.count }
        let head = [
            "POST \(target) HTTP/1.1", "Connection: close", "Host: 127.0.0.1:\(port)",
            "Content-Length: \(length ?? count)", "\r\n",
        ]
        let data = [Data(head.joined(separator: "\r\n").utf8)] + pieces.map { Data($0) }
        return try exchange(data, port: port, leaves: length.map { $0 > count } ?? false)
    }

    private static func exchange(_ pieces: [Data], port: Int, leaves: Bool = false) throws -> RawAnswer {
        let descriptor = try connectedSocket(to: port)
        defer { close(descriptor) }
        var on: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: 300, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        for piece in pieces {
            let count = unsafe piece.withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // It may answer before it has all.
            guard count == piece.count else { break }
        }
        if leaves { return RawAnswer(Data()) }
        var answer = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer.append(contentsOf: buffer[..<count])
        }
        return RawAnswer(answer)
    }

    private init(_ answer: Data) {
        let text = String(decoding: answer, as: UTF8.self)
        status = text.hasPrefix("HTTP/1.") ? text.split(separator: " ").dropFirst().first.flatMap { Int($0) } : nil
        body = text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
    }
}

/// A socket that is connected to a port of 127.0.0.1.
func connectedSocket(to port: Int) throws -> Int32 {
    let descriptor = inheritedByNone { [socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)] }[0]
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = in_port_t(port).bigEndian
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard connected == 0 else {
        let error = errno
        close(descriptor)
        throw ServerFailure(description: "no connection to port \(port): error \(error)")
    }
    return descriptor
}

extension RunningProgram {
    /// Waits until it listens on a port of 127.0.0.1 and gives the answer that is asked for.
    ///
    /// - Returns: False if it never does, or has ended.
    func isReady(on port: Int, _ answers: () async throws -> Bool) async rethrows -> Bool {
        // Cheaper than a client that finds nobody.
        _ = await eventually {
            guard !hasEnded else { return true }
            guard let descriptor = try? connectedSocket(to: port) else { return false }
            close(descriptor)
            return true
        }
        let isReady = try await eventually { if hasEnded { true } else { try await answers() } }
        return isReady && !hasEnded
    }
}
