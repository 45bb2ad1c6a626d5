#if os(Linux)
internal import CLinux
internal import Glibc

/// A thread of the system.
package struct Thread: Sendable {
    private let id: UInt

    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Starts a thread that is to be joined or detached.
    package init(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = unsafe Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, runThread, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw SystemError(call: "pthread_create", code: code)
        }
        id = thread
    }

    /// Starts a thread that ends by itself after `body`.
    package static func detach(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        try Thread(body).detach()
    }

    /// Lets the thread end by itself. Neither this nor ``join()`` may be called again.
    package func detach() {
        pthread_detach(id)
    }

    /// Returns when the thread has ended.
    package func join() {
        pthread_join(id, nil)
    }

    /// Lets the calling thread, when it gets something to do, wait until those that run have had their turn. A web
    /// server is then less often interrupted, and hands over more at a time. Where the kernel refuses, all goes on as
    /// before.
    package static func preferThroughput() {
        downloadview_schedule_as_batch()
    }

    fileprivate static nonisolated func run(_ argument: UnsafeMutableRawPointer) {
        unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
    }
}

/// A function, not a closure: a closure made in isolated code would trap when C calls it on another thread.
private nonisolated func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument { unsafe Thread.run(argument) }
    return nil
}
#endif
