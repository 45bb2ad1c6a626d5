internal import CLinux
internal import DownloadSystem
internal import Glibc

/// What sockets have on Linux alone.
extension Socket {
    /// Accepts a waiting connection, close-on-exec (`accept4`); nil when none waits.
    static func accept(from listener: Int32) throws(SystemError) -> Int32? {
        while true {
            let descriptor = downloadview_accept(listener)
            if descriptor >= 0 { return descriptor }
            switch errno {
            case EINTR, ECONNABORTED, EPROTO: continue
            case EAGAIN: return nil
            case let code: throw SystemError(call: "accept4", code: code)
            }
        }
    }

    /// How many sent bytes the peer has not taken yet (`SIOCOUTQ`): not read from a unix socket or a pipe, not
    /// acknowledged on TCP.
    static func unsentBytes(_ descriptor: Int32) -> Int {
        Int(downloadview_unsent(descriptor))
    }

    /// How many bytes have come that were not received yet (`FIONREAD`), those that were peeked at among them.
    static func unreadBytes(_ descriptor: Int32) -> Int {
        Int(downloadview_unread(descriptor))
    }
}
