internal import CFastCGI
internal import Glibc
internal import Synchronization

/// The way to `FCGX_Accept_r` for a request that came when the process had no descriptor left: one file in memory, opened before
/// the first connection, which all workers share.
final class ReserveHandover: Sendable {
    private let file: Lock<Int32>

    init() throws(SystemError) {
        file = Lock(try SystemError.check("memfd_create", downloadview_memory_file()))
    }

    deinit {
        file.withLock { file in
            if file >= 0 { close(file) }
        }
    }

    /// Calls `read` with a descriptor that gives exactly these bytes. Waits while another worker does.
    ///
    /// - Parameter read: Reads them all, or returns nil and has closed the descriptor.
    func give<Result: Sendable>(
        _ bytes: UnsafeRawBufferPointer,
        to read: (Int32) -> Result?
    ) throws -> Result? {
        try file.withLock { file in
            // Closed by a reader that refused its request: its descriptor is free, unless another thread was faster.
            if file < 0 { file = try SystemError.check("memfd_create", downloadview_memory_file()) }
            try SystemError.check("ftruncate", ftruncate(file, 0))
            lseek(file, 0, SEEK_SET)
            try unsafe Handover.write(bytes, to: file)
            lseek(file, 0, SEEK_SET)
            let result = read(file)
            if result == nil { file = -1 }
            return result
        }
    }
}
