internal import DownloadSystem
internal import Glibc

/// Calls on a connected or listening socket, none of which blocks unless it says so.
enum Socket {
    /// How sending went.
    enum Outcome {
        case sent(Int)
        case wouldBlock
        /// The kernel has no memory for it at the moment; room would be told of at once.
        case noMemory
        case failed(Int32)
    }

    /// Sends what the socket has room for.
    static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Outcome {
        while true {
            let count = unsafe Glibc.send(
                descriptor,
                bytes.baseAddress,
                bytes.count,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            )
            if count >= 0 { return .sent(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case ENOBUFS, ENOMEM: return .noMemory
            case let code: return .failed(code)
            }
        }
    }

    /// Receives what is there; empty when the peer has closed, nil when nothing is there yet.
    ///
    /// - Parameter peeking: Leaves it there, too.
    static func receive(
        into buffer: UnsafeMutableRawBufferPointer,
        from descriptor: Int32,
        peeking: Bool = false
    ) throws(SystemError) -> UnsafeRawBufferPointer? {
        let options = Int32(MSG_DONTWAIT) | (peeking ? Int32(MSG_PEEK) : 0)
        while true {
            let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, options)
            if count >= 0 { return unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count]) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return nil
            case let code: throw SystemError(call: "recv", code: code)
            }
        }
    }

    /// Waits up to `milliseconds` for a descriptor to be ready: the one call here that blocks.
    static func isReady(_ descriptor: Int32, for events: Int16, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    /// Whether one of `events`, or a failure, holds for a descriptor now.
    static func isReady(_ descriptor: Int32, for events: Poller.Events) -> Bool {
        isReady(descriptor, for: Int16(truncatingIfNeeded: events.rawValue), milliseconds: 0)
    }

    /// Enables TCP_NODELAY: small records are sent at once.
    static func disableDelay(_ descriptor: Int32) {
        var on: Int32 = 1
        _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Enables SO_KEEPALIVE: the kernel finds out, in two hours or as net.ipv4.tcp_keepalive_time says, when the host
    /// of a silent TCP peer is gone. Of a listening socket: on what it accepts.
    static func enableKeepAlive(_ descriptor: Int32) {
        var on: Int32 = 1
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Whether a descriptor is a listening stream socket.
    static func isListening(_ descriptor: Int32) -> Bool {
        option(SO_ACCEPTCONN, of: descriptor) == 1 && option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
    }

    /// The value of one of a socket's options; nil for what is not a socket.
    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }

    /// Makes calls on a descriptor return instead of waiting.
    static func makeNonBlocking(_ descriptor: Int32) throws(SystemError) {
        let flags = try SystemError.check("fcntl", fcntl(descriptor, F_GETFL))
        try SystemError.check("fcntl", fcntl(descriptor, F_SETFL, flags | O_NONBLOCK))
    }
}
