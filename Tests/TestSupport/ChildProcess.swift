#if canImport(Testing)
package import Foundation
import Synchronization

/// A program that a test has started, in a process group of its own.
///
/// Not Foundation's `Process`: on Linux its `run` crashed here, in a copy of memory, when many programs were started.
package final class ChildProcess: Sendable {
    package let identifier: pid_t
    private let end: Task<Int32, Never>
    private let life = Life()

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: The program's path and its arguments.
    ///   - input, output, errors: The descriptors that become its first three; it inherits no other.
    ///   - afterwards: Called when it has ended, with its identifier, which another may have from then on.
    package init(
        _ command: [String],
        environment: [String: String],
        input: Int32,
        output: Int32,
        errors: Int32,
        afterwards: @escaping @Sendable (pid_t) -> Void = { _ in }
    ) throws {
        let process = try spawn(command, environment: environment, input: input, output: output, errors: errors)
        identifier = process
        end = Task(executorPreference: TestExecutor.blocking) { [life] in
            await withCheckedContinuation { ended in
                // A thread of its own: servers run for as long as their tests.
                Thread.detachNewThread {
                    let status = life.end(of: process)
                    afterwards(process)
                    ended.resume(returning: status)
                }
            }
        }
    }

    /// Waits for its end: the exit status, or the signal's number negated.
    package var status: Int32 { get async { await end.value } }

    package var hasEnded: Bool { life.isOver.withLock(\.self) }

    /// Sends it a signal, unless it has ended: its identifier may be another's by then.
    package func signal(_ number: Int32) {
        life.isOver.withLock { isOver in
            if !isOver { kill(identifier, number) }
        }
    }
}

/// Whether a child has ended, and its identifier is free.
private final class Life: Sendable {
    let isOver = Mutex(false)

    /// Waits for a child's end: its exit status, or the signal's number negated.
    func end(of process: pid_t) -> Int32 {
        var information = unsafe siginfo_t()
        // Its identifier is its own until it is waited for.
        while unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0 {
            if errno != EINTR { break }
        }
        return isOver.withLock { isOver in
            isOver = true
            return wait(for: process)
        }
    }
}

/// What no program could be started for.
package struct ChildProcessError: Error, CustomStringConvertible {
    package let description: String
}

/// Starts a program in a process group of its own, and returns its identifier.
private func spawn(
    _ command: [String],
    environment: [String: String],
    input: Int32,
    output: Int32,
    errors: Int32
) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (target, source) in [input, output, errors].enumerated() {
        unsafe posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
    }

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var all = sigset_t()
    var none = sigset_t()
    unsafe sigfillset(&all)
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

    let words = unsafe command.map { unsafe strdup($0) } + [nil]
    let variables = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
    defer { unsafe (words + variables).forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = spawning.withLock { _ in
        unsafe posix_spawn(&process, command[0], &actions, &attributes, words, variables)
    }
    guard error == 0 else {
        throw ChildProcessError(description: "can't start \(command[0]): \(unsafe String(cString: strerror(error)))")
    }
    return process
}

/// Waits for a child's end: its exit status, or the signal's number negated.
private func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) != process {
        if errno != EINTR { return -1 }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : -signal
}

/// Held while a program is started, so that it inherits nothing that is about to be marked close-on-exec.
private let spawning = Mutex<Void>(())

/// Marks the descriptors that `body` opens close-on-exec before any program is started.
package func inheritedByNone(_ body: () throws -> [Int32]) rethrows -> [Int32] {
    try spawning.withLock { _ in
        let descriptors = try body()
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptors
    }
}
#endif
