internal import CFastCGI
internal import Glibc

/// Signals that arrive as something to read, in one thread, instead of interrupting whichever runs (D8 of the design).
final class Signals: Sendable {
    /// A descriptor that is readable when a signal waits.
    let descriptor: Int32

    /// Blocks the signals in the calling thread, and so in all that it starts later.
    init(_ signals: [Int32]) throws(SystemError) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = try SystemError.check(
            "signalfd",
            unsafe signalfd(-1, &set, Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC))
        )
    }

    deinit {
        close(descriptor)
    }

    /// The next signal that waits, or nil.
    func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard unsafe read(descriptor, &information, size) == size else { return nil }
        return Int32(information.ssi_signo)
    }
}
