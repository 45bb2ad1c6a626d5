internal import DownloadSystem
internal import Glibc

/// Watches whether somebody still reads what is written to a descriptor. Writing tells too, but a program may compute
/// for long before it writes.
///
/// It takes a thread, since nothing else waits on a pipe while the program is busy.
final class ReaderWatch: Sendable {
    private let descriptor: Int32
    /// Signalled when the watch is to end.
    private let end: WakeUp

    /// Watches a descriptor from now on, and calls `action` once, on another thread, when its reader has left.
    ///
    /// Nil if it has no reader who could leave, as a file, a terminal and `/dev/null`, or if there is no thread or
    /// descriptor for it.
    init?(of descriptor: Int32, whenGone action: @escaping @Sendable () -> Void) {
        guard Self.canBeLeft(descriptor), let end = try? WakeUp() else { return nil }
        self.descriptor = descriptor
        self.end = end
        do {
            try Thread.detach { [self] in if wait() { action() } }
        } catch {
            return nil
        }
    }

    /// Ends the watch; `action` may still be on its way.
    func stop() {
        end.signal()
    }

    /// Whether the reader of a pipe or a socket has left.
    static func hasLeft(_ descriptor: Int32) -> Bool {
        guard canBeLeft(descriptor) else { return false }
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        return unsafe poll(&entry, 1, 0) > 0 && isGone(entry)
    }

    /// Whether it is a pipe or a socket.
    private static func canBeLeft(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return false }
        let type = status.st_mode & S_IFMT
        return type == S_IFIFO || type == S_IFSOCK
    }

    /// A pipe without a reader has failed; of a socket both directions are closed. A peer that only sends no more still
    /// reads.
    private static func isGone(_ entry: pollfd) -> Bool {
        entry.revents & Int16(POLLERR | POLLHUP) != 0
    }

    /// Returns when the reader has left, true then, or when the watch is to end.
    private func wait() -> Bool {
        // Asked for nothing, the kernel still reports a failure and an end.
        var entries: [2 of pollfd] = [
            pollfd(fd: descriptor, events: 0, revents: 0),
            pollfd(fd: end.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            var span = entries.mutableSpan
            let count = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, nfds_t($0.count), -1) }
            if count < 0, errno == EINTR { continue }
            return count > 0 && entries[1].revents == 0 && Self.isGone(entries[0])
        }
    }
}
