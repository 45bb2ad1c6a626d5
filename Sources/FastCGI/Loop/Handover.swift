internal import CFastCGI
internal import Glibc

/// How a request that the guard has examined reaches `FCGX_Accept_r`: through a pipe of the worker's own, or a file in memory
/// when it is large.
///
/// libfcgi never reads from the web server's connection. It would read ahead, and swallow a request that came meanwhile; and it
/// closes what it reads from when it is not content. The pipe costs a system call more than letting it read the connection.
struct Handover: ~Copyable {
    /// A pipe takes this much at once without blocking (its capacity is 64 KiB, in pages).
    private static let pipeCapacity = 32_768

    private var readEnd: Int32 = -1
    private var writeEnd: Int32 = -1

    deinit {
        closePipe()
    }

    private func closePipe() {
        if readEnd >= 0 { close(readEnd) }
        if writeEnd >= 0 { close(writeEnd) }
    }

    /// Calls `read` with a descriptor that gives exactly these bytes.
    ///
    /// - Parameter read: Reads them all, or returns nil and has closed the descriptor.
    /// - Throws: ``SystemError`` when the kernel has no descriptor or memory for it.
    mutating func give<Result>(
        _ bytes: UnsafeRawBufferPointer,
        to read: (Int32) -> Result?
    ) throws(SystemError) -> Result? {
        guard bytes.count <= Self.pipeCapacity else { return try unsafe giveInFile(bytes, to: read) }
        if readEnd < 0 {
            var ends: (Int32, Int32) = (-1, -1)
            let code = unsafe withUnsafeMutableBytes(of: &ends) {
                unsafe downloadview_pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self))
            }
            try SystemError.check("pipe", code)
            (readEnd, writeEnd) = ends
        }
        guard unsafe write(writeEnd, bytes.baseAddress, bytes.count) == bytes.count else {
            throw SystemError(call: "write", code: errno)
        }
        guard let result = read(readEnd) else {
            // The next request gets a pipe with nothing left in it.
            readEnd = -1
            close(writeEnd)
            writeEnd = -1
            return nil
        }
        return result
    }

    private func giveInFile<Result>(
        _ bytes: UnsafeRawBufferPointer,
        to read: (Int32) -> Result?
    ) throws(SystemError) -> Result? {
        let file = try SystemError.check("memfd_create", downloadview_memory_file())
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            let count = unsafe write(file, rest.baseAddress, rest.count)
            guard count > 0 else {
                let code = errno
                close(file)
                throw SystemError(call: "write", code: code)
            }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        lseek(file, 0, SEEK_SET)
        guard let result = read(file) else { return nil }
        close(file)
        return result
    }
}
