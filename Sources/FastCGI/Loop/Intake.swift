internal import CFastCGI
internal import Glibc

/// The bytes of a request that did not come all at once, or came with more behind it.
struct Intake {
    /// Bytes received and not yet handed on.
    private(set) var bytes: [UInt8] = []
    var requestGuard = RequestGuard()

    var isEmpty: Bool { bytes.isEmpty }

    /// Receives everything there is; false when the peer has closed.
    ///
    /// - Throws: ``SystemError`` when the connection is broken.
    mutating func receive(from descriptor: Int32, through scratch: UnsafeMutableRawBufferPointer) throws(SystemError) -> Reception {
        guard let count = try unsafe Socket.receive(into: scratch, from: descriptor, peeking: false) else { return .nothing }
        guard count > 0 else { return .closed }
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
        return requestGuard.examine(unsafe bytes.span.bytes)
    }

    /// Drops bytes that were dealt with; the guard begins anew.
    mutating func drop(_ count: Int) {
        bytes.removeFirst(count)
        requestGuard = RequestGuard()
    }

    /// The first bytes, in a file in memory that `FCGX_Accept_r` can read like a connection. The caller closes it.
    static func memoryFile(of bytes: ArraySlice<UInt8>) throws(SystemError) -> Int32 {
        let file = try SystemError.check("memfd_create", downloadview_memory_file())
        var written = 0
        while written < bytes.count {
            let rest = bytes.dropFirst(written)
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
