internal import CFastCGI
internal import Glibc

/// libfcgi's own beginning.
enum LibFCGI {
    /// What `FCGX_Init` has returned. It is called once: two servers may start at a time, and it is not made for that.
    ///
    /// Its handlers for signals are taken back. They cut a running write, and a program that embeds the server would no
    /// longer be ended by these signals.
    static let initStatus: Int32 = {
        let signals = [SIGTERM, SIGUSR1]
        let actions = signals.map { signal in
            var action = sigaction()
            _ = unsafe sigaction(signal, nil, &action)
            return action
        }
        // One that comes just now waits for the handler that it is meant for.
        var set = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, &before)
        let status = FCGX_Init()
        for (signal, var action) in zip(signals, actions) { _ = unsafe sigaction(signal, &action, nil) }
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        return status
    }()
}
