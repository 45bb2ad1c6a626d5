internal import Glibc

/// Signals that one thread waits for, instead of interrupting whichever runs (D8 of the design).
final class Signals: Sendable {
    private let set: sigset_t

    /// Blocks the signals in the calling thread, and so in all that it starts later.
    init(_ signals: [Int32]) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        self.set = set
    }

    /// The next signal, waiting for one at most this long; nil when none came.
    func next(within milliseconds: Int32) -> Int32? {
        var set = self.set
        var timeout = timespec(tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
        let signal = unsafe sigtimedwait(&set, nil, &timeout)
        return signal > 0 ? signal : nil
    }
}
