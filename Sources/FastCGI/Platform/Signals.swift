internal import CFastCGI
package import Glibc
internal import Synchronization

/// Signals that one thread waits for; while this lives they do nothing else.
///
/// They have a handler, and are not blocked: programs that views start would inherit that, and could not be ended by them. The handlers
/// restart what they interrupt, where the system can, and the server's other calls take EINTR for what it is.
final class Signals: Sendable {
    /// What is to be given back, with what it did before.
    private let taken: [(signal: Int32, action: sigaction)]
    /// Readable once a signal has come; -1 where descriptors are too scarce for one. There the thread that waits is told by the
    /// interruption alone, which may come too early: then it finds the signal at its next look.
    private let descriptor: Int32

    /// Takes over the signals. There may be one of these at a time.
    ///
    /// - Parameters:
    ///   - signals: What is waited for.
    ///   - others: What does nothing.
    init(_ signals: [Int32], disregarding others: [Int32]) {
        descriptor = DescriptorLimit.isSmall ? -1 : eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        // Before the handler needs them: the first use of a global may take a lock.
        received.store(0, ordering: .relaxed)
        wakeUp.store(descriptor, ordering: .relaxed)
        taken =
            signals.map { ($0, SignalHandler.install(noteSignal, for: $0)) }
            + others.compactMap { other in SignalHandler.disregard(other).map { (other, $0) } }
    }

    deinit {
        for (signal, var action) in taken { _ = unsafe sigaction(signal, &action, nil) }
        wakeUp.store(-1, ordering: .relaxed)
        if descriptor >= 0 { close(descriptor) }
    }

    /// The next signal, waiting for one at most this long (in milliseconds); nil when none came, or when something came into the main
    /// queue first.
    func next(within milliseconds: Int32, orWorkIn queue: MainQueue? = nil) -> Int32? {
        if let signal = take() { return signal }
        guard milliseconds > 0 else { return nil }
        // The kernel passes over what is negative.
        var entries: [2 of pollfd] = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: queue?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        var span = entries.mutableSpan
        _ = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, nfds_t($0.count), milliseconds) }
        var count: UInt64 = 0
        if descriptor >= 0 { _ = unsafe read(descriptor, &count, 8) }
        return take()
    }

    private func take() -> Int32? {
        let bits = received.load(ordering: .relaxed)
        guard bits != 0 else { return nil }
        let number = bits.trailingZeroBitCount
        received.bitwiseAnd(~(1 << number), ordering: .relaxed)
        return Int32(number)
    }
}

/// Setting what a signal does.
package enum SignalHandler {
    typealias Handler = @convention(c) (Int32) -> Void

    /// Has a signal call `handler`, which may call nothing but what signal-safety(7) names; what it did before.
    static func install(_ handler: Handler, for signal: Int32) -> sigaction {
        var before = sigaction()
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        _ = unsafe sigaction(signal, &action, &before)
        return before
    }

    /// Has a signal do nothing, where it would end the process: not if it has a handler or is ignored, as SIGHUP by nohup. By a handler,
    /// since programs that views start would inherit that it is ignored.
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

/// The signals that have come and have not been taken, a bit for each.
private let received = Atomic<UInt64>(0)
/// The descriptor that ``noteSignal(_:)`` makes readable, of the ``Signals`` there is; -1 while there is none, or it has none.
private let wakeUp = Atomic<Int32>(-1)

private nonisolated func noteSignal(_ number: Int32) {
    let code = errno
    received.bitwiseOr(1 << UInt64(number), ordering: .relaxed)
    let descriptor = wakeUp.load(ordering: .relaxed)
    var one: UInt64 = 1
    if descriptor >= 0 { _ = unsafe write(descriptor, &one, 8) }
    errno = code
}
