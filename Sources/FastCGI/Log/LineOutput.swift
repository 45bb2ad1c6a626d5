internal import DownloadSystem
internal import Glibc

/// Takes whole lines for a descriptor, and never waits for its reader: a log that nobody reads must not stop
/// downloads.
///
/// What finds no room is lost, and counted. Without `O_NONBLOCK` on the descriptor, which would change it for all
/// processes that have it.
final class LineOutput: Sendable {
    static let standardError = LineOutput(2)

    private struct State {
        /// What is left of a line that has begun to go out: nothing else may come before it.
        var rest: ArraySlice<UInt8> = []
        var lost = 0
    }

    private let descriptor: Int32
    /// How much is written at once.
    private let portion: Int
    private let state = Lock(State())

    init(_ descriptor: Int32) {
        var status = stat()
        // A pipe or socket that says it has room takes as much as this at once. A file always has room, and keeps a
        // line whole when several processes append to it.
        portion = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? .max : Int(PIPE_BUF)
        // A terminal says so with room for a single byte, and then waits for more: for this process alone, it shall
        // not.
        let own =
            isatty(descriptor) == 1
            ? unsafe open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1
        self.descriptor = own >= 0 ? own : descriptor
    }

    /// Writes a line. If lines before it were lost, one that tells how many goes before it.
    func write(_ line: String, tellingLost notice: (Int) -> String) {
        state.withLock { state in
            let text = state.lost > 0 ? notice(state.lost) + line : line
            state.lost = take(text, &state.rest) ? 0 : state.lost + 1
        }
    }

    /// Whether the text has gone, or begun to go.
    private func take(_ text: String, _ rest: inout ArraySlice<UInt8>) -> Bool {
        write(&rest)
        guard rest.isEmpty else { return false }
        rest = ArraySlice(text.utf8)
        let count = rest.count
        write(&rest)
        guard rest.count == count else { return true }
        rest = []
        return false
    }

    private func write(_ rest: inout ArraySlice<UInt8>) {
        while !rest.isEmpty {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&entry, 1, 0) == 1, entry.revents & Int16(POLLOUT) != 0 else { return }
            let count = unsafe rest.prefix(portion)
                .withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
