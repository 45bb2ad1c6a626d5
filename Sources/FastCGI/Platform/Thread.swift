internal import CFastCGI
internal import Glibc

/// A thread of the system.
enum Thread {
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Starts a thread that ends by itself after `body`.
    static func detach(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        pthread_detach(try start(body))
    }

    /// Starts a thread that is to be joined or detached.
    static func start(_ body: @escaping @Sendable () -> Void) throws(SystemError) -> pthread_t {
        let start = unsafe Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, runThread, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw SystemError(call: "pthread_create", code: code)
        }
        return thread
    }

    /// Has the calling thread wait, when it gets something to do, until those that run have had their turn. A web server is then less
    /// often interrupted, and hands over more at a time: that is worth 7 % of all small requests. Where the kernel refuses, all goes
    /// on as before.
    static func preferThroughput() {
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
