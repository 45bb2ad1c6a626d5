#if os(Linux)
internal import CLinux

/// The C library's heap.
package enum Heap {
    /// Tells the C library to keep little of what is freed, from now on.
    package static func keepSmall() {
        downloadview_keep_heap_small()
    }

    /// Gives what is free back to the kernel. Threads that allocate meanwhile wait, for some milliseconds after much
    /// was freed.
    package static func trim() {
        downloadview_trim_heap()
    }
}
#endif
