#if os(Linux)
internal import CLinux
internal import Glibc

/// What wakes a thread that waits with `poll` or in a set of descriptors: a descriptor that is readable once it was
/// signalled, until that is consumed.
///
/// An eventfd; elsewhere a pipe would do.
package final class WakeUp: Sendable {
    package let descriptor: Int32

    /// - Parameter counting: Whether each signal is to be consumed by itself; else all that came are consumed together.
    package init(counting: Bool = false) throws(SystemError) {
        let options = Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC) | (counting ? Int32(EFD_SEMAPHORE) : 0)
        descriptor = try SystemError.check("eventfd", eventfd(0, options))
    }

    deinit {
        close(descriptor)
    }

    /// Makes the descriptor readable. A handler of signals may call it (signal-safety(7)).
    package func signal(_ count: UInt64 = 1) {
        var count = count
        _ = unsafe write(descriptor, &count, 8)
    }

    /// Takes back what was signalled, or one of several if they count. Does nothing if there is nothing.
    package func consume() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
#endif
