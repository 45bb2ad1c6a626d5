import Foundation
import Synchronization

/// A directory of a test's own, and the processes started in it; both are gone when it is closed, and when the tests are killed.
final class WorkDirectory: Sendable {
    let path: String
    private let groups = Mutex<[Int32]>([])
    private let watchdog = Mutex<Watchdog?>(nil)

    private struct Watchdog: @unchecked Sendable {  // The two are only touched under the mutex.
        var process: Process
        var pipe: Pipe
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
            let text = $0.map { "\($0)\n" }.joined()
            try? Data(text.utf8).write(to: URL(fileURLWithPath: file("groups")))
        }
    }

    func close() {
        for group in groups.withLock(\.self) { kill(-group, SIGKILL) }
        watchdog.withLock {
            try? $0?.pipe.fileHandleForWriting.close()
            $0?.process.waitUntilExit()
            $0 = nil
        }
    }

    /// A shell that waits for its input to end, as it does when this process dies, then cleans up.
    private func startWatchdog() throws {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            """
            cat > /dev/null
            while read group; do kill -KILL -- "-$group" 2> /dev/null; done < "$0/groups"
            rm -rf "$0" || { sleep 0.2; rm -rf "$0"; }
            """,
            path,
        ]
        process.standardInput = pipe
        try process.run()
        watchdog.withLock { $0 = Watchdog(process: process, pipe: pipe) }
    }
}

/// Who the servers run as when the tests run as root: nobody.
enum Account {
    static let nobody: (user: uid_t, group: gid_t) = (65534, 65534)
}
