#if os(Linux)
internal import CLinux

/// A pipe; it does not close itself.
package struct Pipe: Sendable {
    package let reading: Descriptor
    package let writing: Descriptor

    package init() throws(SystemError) {
        var ends: [2 of Int32] = [-1, -1]
        var span = ends.mutableSpan
        let code = unsafe span.withUnsafeMutableBufferPointer { unsafe downloadview_pipe($0.baseAddress) }
        try SystemError.check("pipe", code)
        reading = Descriptor(ends[0])
        writing = Descriptor(ends[1])
    }

    /// How many bytes the kernel keeps of it at most; it counts pages, so that small writes fill it sooner.
    package var capacity: Int { Int(downloadview_pipe_capacity(writing.number)) }

    package func close() {
        reading.discard()
        writing.discard()
    }
}
#endif
