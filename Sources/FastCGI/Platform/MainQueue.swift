internal import CLinux
// For the linker alone: the functions that the shim declares are libdispatch's.
internal import Dispatch
internal import DownloadSystem
internal import Glibc

/// The main actor's queue, which only the main thread runs: while that leads the server, a view that calls the main
/// actor would wait for ever.
struct MainQueue {
    /// Readable when something waits in the queue; -1 where descriptors are too scarce for one.
    let descriptor: Int32

    /// Nil on another thread: the program then sees to the queue itself.
    init?() {
        guard downloadview_is_main_thread() != 0 else { return nil }
        descriptor = DescriptorLimit.isSmall ? -1 : downloadview_main_queue_descriptor()
    }

    /// Runs what waits.
    func run() {
        // Else the descriptor stays readable.
        var count: UInt64 = 0
        if descriptor >= 0 { _ = unsafe read(descriptor, &count, 8) }
        downloadview_run_main_queue()
    }
}
