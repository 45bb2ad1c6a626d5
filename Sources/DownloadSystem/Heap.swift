#if os(Linux)
internal import CLinux

/// The C library's heap.
package enum Heap {
    /// Gives what is free back to the kernel. Whoever allocates meanwhile waits, for some milliseconds after much was
    /// freed.
    package static func trim() {
        downloadview_trim_heap()
    }
}
#endif
