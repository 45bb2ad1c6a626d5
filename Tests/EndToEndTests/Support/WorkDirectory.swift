import Foundation
import Glibc
import Synchronization
import TestSupport

/// A directory of a test's own, and the processes started in it; both are gone when it is closed, and when the tests
/// are killed.
final class WorkDirectory: Sendable {
    let path: String
    private let groups = Mutex<[Int32]>([])
    private let watchdog = Mutex<Watchdog?>(nil)

    private struct Watchdog {
        var process: ChildProcess
        var pipe: Int32
    }

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/e2e-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: file("groups")))
        if getuid() == 0 { _ = unsafe chown(path, Account.nobody.user, Account.nobody.group) }
        try startWatchdog()
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file that the servers may read.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// Makes a folder in it that the servers may write to.
    func makeFolder(_ name: String) throws -> String {
        let folder = file(name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if getuid() == 0 { _ = unsafe chown(folder, Account.nobody.user, Account.nobody.group) }
        return folder
    }

    /// Notes a process group that must not outlive the directory.
    func add(group: Int32) {
        groups.withLock {
            $0.append(group)
            note($0)
        }
    }

    /// Forgets a group whose first process has ended, unless others of it live: the number may be given to another,
    /// which is not to be killed for it.
    func removeIfEmpty(group: Int32) {
        groups.withLock { groups in
            guard kill(-group, 0) == -1, errno == ESRCH else { return }
            groups.removeAll { $0 == group }
            note(groups)
        }
    }

    /// For the watchdog.
    private func note(_ groups: [Int32]) {
        let text = groups.map { "\($0)\n" }.joined()
        try? Data(text.utf8).write(to: URL(fileURLWithPath: file("groups")))
    }

    func close() {
        groups.withLock { groups in
            for group in groups { kill(-group, SIGKILL) }
            groups = []
            // What the watchdog still kills later may be others by then.
            note(groups)
        }
        guard let watchdog = watchdog.withLock({ $0.take() }) else { return }
        // The shell goes on by itself.
        Glibc.close(watchdog.pipe)
    }

    /// A shell that waits for its input to end, as it does when this process dies, then cleans up.
    private func startWatchdog() throws {
        let ends = try inheritedByNone {
            var ends: [Int32] = [0, 0]
            guard unsafe pipe(&ends) == 0 else { throw ServerFailure(description: "no pipe: error \(errno)") }
            return ends
        }
        defer { Glibc.close(ends[0]) }
        let script = """
            cat > /dev/null
            while read group; do kill -KILL "-$group"; done < "$0/groups"
            rm -rf "$0" || { sleep 0.2; rm -rf "$0"; }
            """
        let silence = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { Glibc.close(silence) }
        let process = try ChildProcess(
            ["/bin/sh", "-c", script, path],
            environment: ["PATH": "/usr/bin:/bin"],
            input: ends[0],
            output: silence,
            errors: silence
        )
        watchdog.withLock { [end = ends[1]] in $0 = Watchdog(process: process, pipe: end) }
    }
}

/// Who the servers run as when the tests run as root: nobody.
enum Account {
    static let nobody: (user: uid_t, group: gid_t) = (65534, 65534)
}
