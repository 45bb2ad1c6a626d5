#if os(Linux)
internal import Glibc

/// An open file, pipe or socket, by its number. It does not close itself: see ``OwnedDescriptor``.
///
/// Every call goes on after a signal (`EINTR`), and throws the ``SystemError`` of the call that failed.
package struct Descriptor: Sendable, Hashable {
    package let number: Int32

    package static let standardInput = Descriptor(0)
    package static let standardOutput = Descriptor(1)
    package static let standardError = Descriptor(2)

    package init(_ number: Int32) {
        self.number = number
    }

    /// Closes it. Some file systems tell only here that what was written found no room.
    package func close() throws(SystemError) {
        // Not again after EINTR: on Linux the number is free by then, and may be another thread's.
        guard Glibc.close(number) != 0, errno != EINTR else { return }
        throw SystemError(call: "close", code: errno)
    }

    /// Closes what nothing was written to.
    package func discard() {
        _ = Glibc.close(number)
    }

    // MARK: - Reading

    /// Reads what is there into the beginning of a buffer, waiting for something if the descriptor is one that waits.
    ///
    /// - Returns: How many bytes; 0 at the end.
    package func read(into buffer: inout MutableRawSpan) throws(SystemError) -> Int {
        try unsafe buffer.withUnsafeMutableBytes { buffer throws(SystemError) in
            try Self.again("read") { unsafe Glibc.read(number, buffer.baseAddress, buffer.count) }
        }
    }

    /// Reads up to `wanted` bytes from a place of a file, without moving the one where it is read otherwise.
    ///
    /// - Returns: How many bytes; 0 at the end.
    package func read(
        _ wanted: Int = .max,
        into buffer: inout MutableRawSpan,
        at offset: Int64
    ) throws(SystemError) -> Int {
        try unsafe buffer.withUnsafeMutableBytes { buffer throws(SystemError) in
            let count = min(wanted, buffer.count)
            return try Self.again("pread") { unsafe pread(number, buffer.baseAddress, count, off_t(offset)) }
        }
    }

    /// Reads to the end, or `limit` bytes.
    package func readAll(upTo limit: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(65_536, max(0, limit)))
        while bytes.count < limit {
            let wanted = min(chunk.count, limit - bytes.count)
            var span = chunk.mutableSpan
            let count = try unsafe span.withUnsafeMutableBytes { buffer throws(SystemError) in
                try Self.again("read") { unsafe Glibc.read(number, buffer.baseAddress, wanted) }
            }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    // MARK: - Writing

    /// Writes all of the bytes, waiting for room if the descriptor is one that waits.
    package func write(_ bytes: RawSpan) throws(SystemError) {
        try unsafe bytes.withUnsafeBytes { bytes throws(SystemError) in
            var written = 0
            while written < bytes.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
                let count = try Self.again("write") { unsafe Glibc.write(number, rest.baseAddress, rest.count) }
                // POSIX leaves open what that means; trying for ever is the one wrong answer.
                guard count > 0 else { throw SystemError(call: "write", code: ENOSPC) }
                written += count
            }
        }
    }

    /// Writes all of the bytes.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        try unsafe write(bytes.span.bytes)
    }

    /// Moves the place where the next byte is read or written.
    package func seek(to offset: Int64) throws(SystemError) {
        try SystemError.check("lseek", lseek(number, off_t(offset), SEEK_SET))
    }

    /// The result of a call that may be cut by a signal.
    @inline(__always)
    private static func again<Result: SignedInteger>(
        _ call: String,
        _ body: () -> Result
    ) throws(SystemError) -> Result {
        while true {
            let result = body()
            if result >= 0 { return result }
            guard errno == EINTR else { throw SystemError(call: call, code: errno) }
        }
    }
}

/// A ``Descriptor`` that closes when its owner is gone.
package struct OwnedDescriptor: ~Copyable, Sendable {
    package let descriptor: Descriptor

    package init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
    }

    deinit {
        descriptor.discard()
    }

    /// Closes it, and tells whether everything that was written is there.
    package consuming func close() throws(SystemError) {
        let descriptor = self.descriptor
        discard self
        try descriptor.close()
    }

    /// Gives the descriptor away to a caller who closes it.
    package consuming func release() -> Descriptor {
        let descriptor = self.descriptor
        discard self
        return descriptor
    }
}
#endif
