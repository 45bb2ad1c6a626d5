import Glibc
import TestSupport
import Testing

@testable import FastCGI

/// What a thread is told of the program's signals, which `raise` has handled before it returns. In the suite of what
/// else changes them.
extension ServerEmbeddingTests {
    /// What a signal does now: its handler's address, as a number.
    private func handler(of signal: Int32) -> Int {
        var action = sigaction()
        _ = unsafe sigaction(signal, nil, &action)
        let handler = unsafe action.__sigaction_handler.sa_handler
        return unsafe unsafeBitCast(handler, to: Int.self)
    }

    @Test("A signal is told once, and as often as it came again", arguments: [SIGTERM, SIGINT])
    func tellsOnce(signal: Int32) {
        let signals = Signals()
        #expect(!signals.next(within: 0))
        for _ in 0..<2 {
            raise(signal)
            #expect(signals.next(within: 0))
            #expect(!signals.next(within: 0))
        }
    }

    @Test("Several of one signal that came meanwhile are one, and two signals are two")
    func countsKinds() {
        let signals = Signals()
        for _ in 0..<3 { raise(SIGTERM) }
        #expect(signals.next(within: 0))
        #expect(!signals.next(within: 0))
        raise(SIGTERM)
        raise(SIGINT)
        #expect(signals.next(within: 0))
        #expect(signals.next(within: 0))
        #expect(!signals.next(within: 0))
    }

    @Test("Each of several is told of every signal, but of none that came before it")
    func tellsEach() {
        let first = Signals()
        raise(SIGINT)
        let second = Signals()
        #expect(!second.next(within: 0))
        #expect(first.next(within: 0))
        raise(SIGTERM)
        #expect(first.next(within: 0))
        #expect(second.next(within: 0))
    }

    @Test("A signal wakes whoever waits for one on another thread")
    func wakes() async throws {
        let signals = Signals()
        let sender = try OwnThread { raise(SIGTERM) }
        // What woke another before may end a wait too early, as it may for the server, which waits again.
        #expect(await eventually { signals.next(within: 1000) })
        sender.join()
    }

    @Test("SIGHUP and SIGUSR1 do nothing meanwhile, and after the last all do what they did")
    func givesBack() {
        let all = [SIGTERM, SIGINT, SIGHUP, SIGUSR1]
        let before = all.map { handler(of: $0) }
        do {
            let first = Signals()
            do {
                let second = Signals()
                #expect(zip(all, before).allSatisfy { handler(of: $0) != $1 })
                for signal in [SIGHUP, SIGUSR1] { raise(signal) }
                #expect(!second.next(within: 0))
            }
            #expect(zip(all, before).allSatisfy { handler(of: $0) != $1 })
            withExtendedLifetime(first) {}
        }
        #expect(all.map { handler(of: $0) } == before)
    }

    @Test("What was blocked in the thread is let through meanwhile, and blocked again")
    func letsThrough() {
        func isBlocked() -> Bool {
            var set = sigset_t()
            unsafe pthread_sigmask(SIG_BLOCK, nil, &set)
            return unsafe sigismember(&set, SIGTERM) == 1
        }
        var set = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &set, &before)
        do {
            let signals = Signals()
            #expect(!isBlocked())
            withExtendedLifetime(signals) {}
        }
        #expect(isBlocked())
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
