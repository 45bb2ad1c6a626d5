internal import DownloadSystem

/// The way to `FCGX_Accept_r` for a request that came when the process had no descriptor left: one file in memory,
/// opened before the first connection, which all workers share.
final class ReserveRequestFile: Sendable {
    private let file: Lock<Descriptor?>

    init() throws(SystemError) {
        file = Lock(try .memoryFile("fastcgi-request"))
    }

    deinit {
        file.withLock { $0?.discard() }
    }

    /// Calls `read` with a descriptor that gives exactly these bytes. Waits while another worker does.
    ///
    /// - Parameter read: Reads them all, or returns nil and has closed the descriptor.
    func give<Result: Sendable>(
        _ bytes: UnsafeRawBufferPointer,
        to read: (Int32) -> Result?
    ) throws -> Result? {
        try file.withLock { kept in
            // Closed by a reader that refused its request: its descriptor is free, unless another thread was faster.
            let file = try kept ?? .memoryFile("fastcgi-request")
            kept = file
            try file.truncate(to: 0)
            try file.seek(to: 0)
            try unsafe file.write(bytes.bytes)
            try file.seek(to: 0)
            let result = read(file.number)
            if result == nil { kept = nil }
            return result
        }
    }
}
