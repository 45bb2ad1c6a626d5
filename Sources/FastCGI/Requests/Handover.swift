internal import CFastCGI
internal import Glibc

/// How a request that the guard has examined reaches `FCGX_Accept_r`: through a pipe of the worker's own, or a file in memory
/// when it is large.
///
/// libfcgi never reads from the web server's connection. It would read ahead, and swallow a request that came meanwhile; and it
/// closes the descriptor of a request that it refuses. The pipe costs a system call more than letting it read the connection.
struct Handover: ~Copyable {
    /// What the pipe takes at once without blocking: half its capacity, since that counts pages. Usually 32 KiB, but the kernel
    /// makes smaller ones for a user who has many.
    private var pipeRoom = 0
    private var readEnd: Int32 = -1
    private var writeEnd: Int32 = -1

    deinit {
        closePipe()
    }

    private func closePipe() {
        if readEnd >= 0 { close(readEnd) }
        if writeEnd >= 0 { close(writeEnd) }
    }

    /// Opens the pipe before the first request, where descriptors are not scarce: a server that is watched has as many from its
    /// start as under load.
    mutating func prepare() {
        // Without one, the first request tries again.
        if DescriptorLimit.current >= 512 { try? openPipe() }
    }

    private mutating func openPipe() throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        let code = unsafe withUnsafeMutableBytes(of: &ends) {
            unsafe downloadview_pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self))
        }
        try SystemError.check("pipe", code)
        guard !DescriptorLimit.isScarce(after: ends.1) else {
            close(ends.0)
            close(ends.1)
            throw SystemError(call: "pipe", code: EMFILE)
        }
        (readEnd, writeEnd) = ends
        pipeRoom = Int(downloadview_pipe_capacity(writeEnd)) / 2
    }

    /// Calls `read` with a descriptor that gives exactly these bytes.
    ///
    /// - Parameter read: Reads them all, or returns nil and has closed the descriptor.
    /// - Throws: ``SystemError`` when the kernel has no descriptor or memory for it.
    mutating func give<Result>(
        _ bytes: UnsafeRawBufferPointer,
        to read: (Int32) -> Result?
    ) throws(SystemError) -> Result? {
        if readEnd < 0 { try openPipe() }
        guard bytes.count <= pipeRoom else { return try unsafe giveInFile(bytes, to: read) }
        do {
            try unsafe Self.write(bytes, to: writeEnd)
        } catch {
            // What was written of this request must not come before the next.
            closePipe()
            (readEnd, writeEnd) = (-1, -1)
            throw error
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
        do {
            try unsafe Self.write(bytes, to: file)
        } catch {
            close(file)
            throw error
        }
        lseek(file, 0, SEEK_SET)
        guard let result = read(file) else { return nil }
        close(file)
        return result
    }

    /// Writes all of the bytes.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(call: "write", code: errno) }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
