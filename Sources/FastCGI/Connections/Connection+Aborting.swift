internal import DownloadSystem
internal import Glibc

/// How FCGI_ABORT_REQUEST (FastCGI 1.0 §5.4) is found while its request is answered.
extension Connection {
    /// Where the record may lie: behind the request, whose own bytes were peeked at only.
    struct AbortSearch {
        let requestID: UInt16
        /// How much of the request still waits in the kernel, in bytes.
        let peekedCount: Int
        /// How much has come behind it, as far as that was searched, in bytes.
        fileprivate(set) var searched = 0
        /// When this was last looked at, in monotonic milliseconds.
        fileprivate(set) var lookedAt: Int64

        init(of requestID: UInt16 = 1, behind peekedCount: Int = 0, at now: Int64 = 0) {
            self.requestID = requestID
            self.peekedCount = peekedCount
            lookedAt = now
        }
    }

    /// How often a connection is looked at on which the kernel reports nothing of what comes, in milliseconds: it would
    /// report the peeked request again and again.
    private static let abortInterval: Int64 = 1000
    /// How much is searched of what has come, in bytes: web servers send nothing else before the answer has ended.
    private static let maximumSearched = 65_536

    /// The same as ``isAborted(_:)``, looked at once a second; called every tick.
    func hasFoundAbort(_ state: inout State, at now: Int64) -> Bool {
        guard now - state.response.abort.lookedAt >= Self.abortInterval else { return false }
        state.response.abort.lookedAt = now
        return isAborted(&state)
    }

    /// Whether the web server has aborted the request under way, by what has come since the last look. To be called
    /// with the lock held.
    func isAborted(_ state: inout State) -> Bool {
        guard state.response.cancellation == nil, descriptor >= 0 else { return false }
        let peeked = state.response.abort.peekedCount
        let unread = Socket.unreadBytes(descriptor)
        let count = receiveBuffer.count + unread - peeked
        guard count > state.response.abort.searched, count <= Self.maximumSearched else { return false }
        state.response.abort.searched = count
        var bytes = receiveBuffer.bytes
        unsafe withUnsafeTemporaryAllocation(byteCount: unread, alignment: 1) { buffer in
            // What can't be received is told by the end of the connection.
            let received = unsafe try? Socket.receive(into: buffer, from: descriptor, peeking: true)
            if let received = unsafe received { unsafe bytes += received.dropFirst(peeked) }
        }
        return RequestGuard.isAborted(state.response.abort.requestID, in: bytes.span)
    }
}
