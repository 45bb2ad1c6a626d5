internal import DownloadSystem
package import Glibc
internal import Synchronization

/// SIGTERM and SIGINT, for a thread that waits for them. While there is one of these they do nothing else, and SIGHUP
/// and SIGUSR1 nothing at all; where there are several, each gets every signal.
///
/// They have a handler, and are not blocked: programs that views start would inherit that, and could not be ended by
/// them. The handlers restart what they interrupt, where the system can, and the server's other calls take EINTR for
/// what it is.
final class Signals: Sendable {
    /// How many of these there are, and what is to be given back after the last, with what it did before.
    private static let shared = Lock<(users: Int, taken: [(signal: Int32, action: sigaction)])>((0, []))

    /// What had come when this was last asked.
    private let seen: Lock<Count>
    /// What was blocked in the thread before.
    private let mask: sigset_t

    /// Takes over the signals; to be given back by the same thread.
    ///
    /// They are let through to it, and so to what it starts: the program's parent may have blocked them.
    init() {
        // Before the handler needs them: the first use of a global may take a lock.
        _ = wakeUp
        seen = Lock(Count.now)
        Self.shared.withLock { shared in
            shared.users += 1
            guard shared.users == 1 else { return }
            shared.taken =
                [SIGTERM, SIGINT].map { ($0, SignalHandler.install(noteSignal, for: $0)) }
                + [SIGHUP, SIGUSR1].compactMap { other in SignalHandler.disregard(other).map { (other, $0) } }
        }
        var set = sigset_t()
        var mask = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGTERM, SIGINT] { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, &mask)
        self.mask = mask
    }

    deinit {
        var mask = self.mask
        unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
        Self.shared.withLock { shared in
            shared.users -= 1
            guard shared.users == 0 else { return }
            for (signal, var action) in shared.taken { _ = unsafe sigaction(signal, &action, nil) }
            shared.taken = []
        }
    }

    /// Whether a signal has come that was not told of yet, waiting for one at most this long (in milliseconds), or
    /// until something comes into the main queue. Several of the same that came meanwhile are one.
    func next(within milliseconds: Int32, orWorkIn queue: MainQueue? = nil) -> Bool {
        if take() { return true }
        guard milliseconds > 0 else { return false }
        // The kernel passes over what is negative.
        var entries: [2 of pollfd] = [
            pollfd(fd: wakeUp?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: queue?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        var span = entries.mutableSpan
        _ = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, nfds_t($0.count), milliseconds) }
        wakeUp?.consume()
        return take()
    }

    private func take() -> Bool {
        seen.withLock { seen in
            let now = Count.now
            if now.terminations != seen.terminations {
                seen.terminations = now.terminations
                return true
            }
            defer { seen = now }
            return now.interruptions != seen.interruptions
        }
    }

    /// How often each of the signals has come.
    private struct Count {
        var terminations: Int
        var interruptions: Int

        static var now: Count {
            Count(
                terminations: FastCGI.terminations.load(ordering: .relaxed),
                interruptions: FastCGI.interruptions.load(ordering: .relaxed)
            )
        }
    }
}

/// Setting what a signal does.
package enum SignalHandler {
    typealias Handler = @convention(c) (Int32) -> Void

    /// Lets a signal call `handler`, which may call only what signal-safety(7) names. Returns what it did before.
    static func install(_ handler: Handler, for signal: Int32) -> sigaction {
        var before = sigaction()
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        _ = unsafe sigaction(signal, &action, &before)
        return before
    }

    /// Keeps a signal from ending the process: left alone if it has a handler or is ignored, as SIGHUP by nohup. A
    /// handler does it, since programs that views start would inherit that it is ignored.
    ///
    /// - Returns: What it did before; nil if that was left.
    @discardableResult
    package static func disregard(_ signal: Int32) -> sigaction? {
        var action = sigaction()
        guard unsafe sigaction(signal, nil, &action) == 0, unsafe action.__sigaction_handler.sa_handler == nil else {
            return nil
        }
        return install({ _ in }, for: signal)
    }
}

private let terminations = Atomic<Int>(0)
private let interruptions = Atomic<Int>(0)

/// Signalled once a signal has come, until one of those who wait has seen it: another finds it at its next look. It
/// stays open, since a handler may be about to write there. Nil where descriptors are too scarce for one: there a
/// thread that waits is told by the interruption alone, which may come too early.
private let wakeUp: WakeUp? = DescriptorLimit.isSmall ? nil : try? WakeUp()

private nonisolated func noteSignal(_ number: Int32) {
    let code = errno
    if number == SIGTERM {
        terminations.add(1, ordering: .relaxed)
    } else {
        interruptions.add(1, ordering: .relaxed)
    }
    wakeUp?.signal()
    errno = code
}
