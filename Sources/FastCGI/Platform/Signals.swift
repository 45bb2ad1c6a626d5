internal import CFastCGI
internal import Glibc

/// Signals that one thread waits for, instead of interrupting whichever runs.
final class Signals: Sendable {
    private let set: sigset_t
    /// Readable while one is pending; -1 where descriptors are too scarce for one.
    private let descriptor: Int32

    /// Blocks the signals in the calling thread, and so in all that it starts later.
    init(_ signals: [Int32]) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        self.set = set
        descriptor = DescriptorLimit.isSmall ? -1 : unsafe downloadview_signal_descriptor(&set)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The next signal, waiting for one at most this long (in milliseconds); nil when none came, or when something came into the main
    /// queue first.
    func next(within milliseconds: Int32, orWorkIn queue: MainQueue?) -> Int32? {
        guard let queue, descriptor >= 0, queue.descriptor >= 0 else { return next(within: milliseconds) }
        var entries: [2 of pollfd] = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: queue.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        var span = entries.mutableSpan
        _ = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, nfds_t($0.count), milliseconds) }
        return next(within: 0)
    }

    /// The next signal, waiting for one at most this long (in milliseconds); nil when none came.
    func next(within milliseconds: Int32) -> Int32? {
        var set = self.set
        var timeout = timespec(tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
        let signal = unsafe sigtimedwait(&set, nil, &timeout)
        return signal > 0 ? signal : nil
    }
}
