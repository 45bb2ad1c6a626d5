#if os(Linux)
internal import CLinux
internal import Glibc

/// A program that this one has started, in a process group of its own: what it starts itself ends with it.
///
/// It has to be waited for, or the kernel keeps its number.
package struct SpawnedProcess: ~Copyable {
    /// How a process has ended.
    package enum Ending: Sendable, Hashable {
        case exited(status: Int32)
        case killed(signal: Int32)
    }

    /// Its number, and that of its group.
    private let id: pid_t
    /// Readable when it has ended.
    private let ending: OwnedDescriptor

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: Its path, or a name that is looked up in `PATH`.
    ///   - arguments: What it is called with, without its own name.
    ///   - environment: All of its variables, each as `NAME=value`.
    ///   - input: Its standard input; nil for one that is at its end.
    package init(
        _ program: String,
        arguments: [String],
        environment: [String],
        input: Descriptor?,
        output: Descriptor,
        errors: Descriptor
    ) throws(SystemError) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input.number, STDIN_FILENO)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, output.number, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors.number, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // A program must not inherit which signals the server ignores or blocks.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGPIPE, SIGXFSZ, SIGHUP, SIGINT, SIGTERM] { unsafe sigaddset(&signals, signal) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var id: pid_t = 0
        let code = unsafe withStrings([program] + arguments) { arguments in
            unsafe withStrings(environment) { environment in
                unsafe posix_spawnp(&id, program, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw SystemError(call: "posix_spawn", code: code) }
        let descriptor = downloadview_process_descriptor(id)
        guard descriptor >= 0 else {
            let error = SystemError(call: "pidfd_open", code: errno)
            kill(-id, SIGKILL)
            waitpid(id, nil, 0)
            throw error
        }
        self.id = id
        ending = OwnedDescriptor(Descriptor(descriptor))
    }

    /// Readable when it has ended.
    package var endingDescriptor: Descriptor { ending.descriptor }

    /// Asks it, and what it has started, to end (SIGTERM).
    package func terminate() {
        kill(-id, SIGTERM)
    }

    /// Ends it, and what it has started, whether they want to or not.
    package func end() {
        kill(-id, SIGKILL)
    }

    /// Waits for its end, and says how it was.
    ///
    /// - Throws: ``SystemError`` with `ECHILD` when that can't be told: this process ignores SIGCHLD, perhaps since its
    ///   start, or another thread has waited for all children. Such an end must not be taken for a good one.
    package consuming func wait() throws(SystemError) -> Ending {
        var status: Int32 = 0
        while unsafe waitpid(id, &status, 0) == -1 {
            guard errno == EINTR else { throw SystemError(call: "waitpid", code: errno) }
        }
        let signal = downloadview_ending_signal(status)
        return signal == 0 ? .exited(status: downloadview_exit_status(status)) : .killed(signal: signal)
    }
}

/// Calls `body` with texts as C has them, in a list that ends with nil.
private func withStrings<Result>(
    _ texts: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeBufferPointer { list in
        // A list that ends with nil is never empty.
        guard let start = list.baseAddress else { preconditionFailure("an array has lost its elements") }
        return unsafe body(start)
    }
}

extension Descriptor {
    /// Waits until one of several descriptors has something to read, or is at its end.
    ///
    /// - Parameter milliseconds: For how long at most; -1 for as long as it takes.
    /// - Returns: Which of them; none when the time is over.
    package static func waitForAny(of descriptors: [Descriptor], milliseconds: Int32 = -1) -> Set<Descriptor> {
        var entries = descriptors.map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
        let deadline = MonotonicClock.now + Int64(milliseconds)
        var left = milliseconds
        var count: Int32
        repeat {
            var span = entries.mutableSpan
            count = unsafe span.withUnsafeMutableBufferPointer {
                unsafe poll($0.baseAddress, nfds_t($0.count), left)
            }
            if milliseconds > 0 { left = Int32(max(0, deadline - MonotonicClock.now)) }
        } while count < 0 && errno == EINTR
        guard count > 0 else { return [] }
        return Set(entries.filter { $0.revents != 0 }.map { Descriptor($0.fd) })
    }
}
#endif
