internal import CFastCGI
internal import Glibc

/// The bytes of a request that did not come all at once, or came with more behind it.
struct Intake {
    /// Bytes received and not yet handed on.
    private var bytes: [UInt8] = []
    private var requestGuard: RequestGuard
    /// Whether the connection is refused, and only emptied so that its web server reads the answer before it sees the end.
    private(set) var discards = false
    private var discarded = 0
    /// More than any socket holds, so that a peer which reads has seen the answer by then.
    private static let maximumDiscarded = 2_097_152

    init(guardedBy requestGuard: RequestGuard) {
        self.requestGuard = requestGuard
    }

    var isEmpty: Bool { bytes.isEmpty }

    /// Receives what is there.
    ///
    /// - Throws: ``SystemError`` when the connection is broken.
    mutating func receive(from descriptor: Int32, through scratch: UnsafeMutableRawBufferPointer) throws(SystemError)
        -> Reception
    {
        guard let count = try unsafe Socket.receive(into: scratch, from: descriptor, peeking: false) else {
            return .nothing
        }
        guard count > 0 else { return .closed }
        if discards {
            discarded += count
            return discarded > Self.maximumDiscarded ? .closed : .some
        }
        unsafe bytes.append(contentsOf: scratch[..<count])
        return .some
    }

    enum Reception {
        case some
        case nothing
        case closed
    }

    mutating func examine() -> RequestGuard.Verdict {
        let bytes = bytes
        return requestGuard.examine(bytes.span)
    }

    /// Drops bytes that the guard has dealt with.
    mutating func drop(_ count: Int) {
        bytes.removeFirst(count)
    }

    /// From now on drops whatever comes.
    mutating func discardAll() {
        discards = true
        bytes = []
    }

    /// Takes the request that the guard has found, in a file in memory that `FCGX_Accept_r` reads like a connection.
    ///
    /// - Returns: The file's descriptor, which the caller closes.
    mutating func takeRequest(_ shape: RequestGuard.RequestShape) throws(SystemError) -> Int32 {
        let request = RequestGuard.canonicalForm(of: bytes.span, shape: shape)
        bytes.removeFirst(shape.length)
        requestGuard.reset()
        let file = try SystemError.check("memfd_create", downloadview_memory_file())
        var written = 0
        while written < request.count {
            let rest = request[written...]
            let count = unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let code = errno
                close(file)
                throw SystemError(call: "write", code: code)
            }
            written += count
        }
        lseek(file, 0, SEEK_SET)
        return file
    }
}
