#if os(Linux)
/// A file without a name for what does not belong in memory: it is gone with its last owner, however the process ends.
package final class TemporaryFile: Sendable {
    private let file: OwnedDescriptor

    /// Makes an empty one in a folder.
    ///
    /// - Throws: ``SystemError``; with `EOPNOTSUPP` where the file system has no files without names.
    package init(in folder: String) throws(SystemError) {
        file = OwnedDescriptor(try Descriptor.unnamedFile(in: folder))
    }

    /// Writes all of the bytes to a place of the file.
    package func write(_ bytes: RawSpan, at offset: Int64) throws(SystemError) {
        var written = 0
        while written < bytes.byteCount {
            let rest = bytes.extracting(droppingFirst: written)
            written += try file.descriptor.write(rest, at: offset + Int64(written))
        }
    }

    /// Fills a buffer with the bytes at a place of the file.
    ///
    /// - Throws: ``SystemError``; with `EIO` if there are fewer.
    package func read(into buffer: inout MutableRawSpan, at offset: Int64) throws(SystemError) {
        try unsafe buffer.withUnsafeMutableBytes { buffer throws(SystemError) in
            var position = 0
            while position < buffer.count {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[position...])
                var span = unsafe MutableRawSpan(_unsafeBytes: rest)
                let count = try file.descriptor.read(into: &span, at: offset + Int64(position))
                // Somebody else has shortened a file that has no name.
                guard count > 0 else { throw SystemError(call: "pread", code: 5) }
                position += count
            }
        }
    }
}
#endif
