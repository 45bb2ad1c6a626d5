internal import DownloadSystem
internal import Glibc

/// How a request that the guard has examined reaches `FCGX_Accept_r`: through a pipe of the worker's own, or a file in
/// memory when it is large.
///
/// libfcgi never reads from the web server's connection. It would read ahead, and swallow a request that came
/// meanwhile; and it closes the descriptor of a request that it refuses. The pipe costs a system call more than letting
/// it read the connection.
struct RequestPipe: ~Copyable {
    /// What the pipe takes at once without blocking: half its capacity, since that counts pages. Usually 32 KiB, but
    /// the kernel makes smaller ones for a user who has many.
    private var pipeRoom = 0
    private var pipe: Pipe?

    deinit {
        pipe?.close()
    }

    /// Opens the pipe before the first request, where descriptors are not scarce: a server that is watched has as many
    /// from its start as under load.
    mutating func prepare() {
        // Without one, the first request tries again.
        if DescriptorLimit.current >= 512 { _ = try? openPipe() }
    }

    private mutating func openPipe() throws(SystemError) -> Pipe {
        let pipe = try Pipe()
        guard !DescriptorLimit.isScarce(after: pipe.writing.number) else {
            pipe.close()
            throw SystemError(call: "pipe", code: EMFILE)
        }
        self.pipe = pipe
        pipeRoom = pipe.capacity / 2
        return pipe
    }

    /// Calls `read` with a descriptor that gives exactly these bytes.
    ///
    /// - Parameter read: Reads them all, or returns nil and has closed the descriptor.
    /// - Throws: ``SystemError`` when the kernel has no descriptor or memory for it.
    mutating func give<Result>(
        _ bytes: UnsafeRawBufferPointer,
        to read: (Int32) -> Result?
    ) throws(SystemError) -> Result? {
        let pipe = if let pipe { pipe } else { try openPipe() }
        guard bytes.count <= pipeRoom else { return try unsafe giveInFile(bytes, to: read) }
        do {
            try unsafe pipe.writing.write(bytes.bytes)
        } catch {
            // What was written of this request must not come before the next.
            pipe.close()
            self.pipe = nil
            throw error
        }
        guard let result = read(pipe.reading.number) else {
            // The next request gets a pipe with nothing left in it.
            pipe.writing.discard()
            self.pipe = nil
            return nil
        }
        return result
    }

    private func giveInFile<Result>(
        _ bytes: UnsafeRawBufferPointer,
        to read: (Int32) -> Result?
    ) throws(SystemError) -> Result? {
        let file = try Descriptor.memoryFile("fastcgi-request")
        do {
            try unsafe file.write(bytes.bytes)
            try file.seek(to: 0)
        } catch {
            file.discard()
            throw error
        }
        guard let result = read(file.number) else { return nil }
        file.discard()
        return result
    }
}
