internal import DownloadSystem
internal import Glibc

/// Takes the SHA-256 of a file while it is written, a few MiB behind, on a thread that gives way to all others.
final class DigestFollower: Sendable {
    private static let step: Int64 = 8 << 20

    private struct State {
        var hash = ContentHash()
        var position: Int64 = 0
        var goal: Int64 = 0
        var isRunning = false
        var isStopped = false
        var failure: SystemError?
        /// Who waits for the end.
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let file: OpenFile
    private let state = Lock(State())

    init(_ file: OpenFile) {
        self.file = file
    }

    /// Notes that the file has bytes up to a place.
    func advance(to position: Int64) {
        let starts = state.withLock { state in
            guard position - state.position >= Self.step, !state.isRunning, !state.isStopped else { return false }
            state.goal = position
            state.isRunning = true
            return true
        }
        if starts { DiskThreads.computing.detach { [self] in run() } }
    }

    /// Ends it: nobody wants the digest.
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    /// The digest of so many bytes.
    func finish(_ size: Int64) async throws(SystemError) -> [UInt8] {
        await withCheckedContinuation { continuation in
            let starts = state.withLock { state in
                state.goal = size
                state.waiting = continuation
                defer { state.isRunning = true }
                return !state.isRunning
            }
            if starts { DiskThreads.computing.detach { [self] in run() } }
        }
        let result = state.withLock { state in
            state.failure.map { Result<[UInt8], SystemError>.failure($0) } ?? .success(state.hash.finish())
        }
        return try result.get()
    }

    private func run() {
        var (hash, position) = state.withLock { ($0.hash, $0.position) }
        var buffer = [UInt8](repeating: 0, count: 262_144)
        var failure: SystemError?
        while true {
            let goal: Int64? = state.withLock { state in
                if position < state.goal, failure == nil, !state.isStopped { return state.goal }
                state.hash = hash
                state.position = position
                state.failure = failure
                state.isRunning = false
                return nil
            }
            guard let goal else { break }
            do throws(SystemError) {
                var span = buffer.mutableSpan
                var bytes = unsafe span.mutableBytes
                let wanted = Int(min(Int64(bytes.byteCount), goal - position))
                let count = try file.descriptor.read(wanted, into: &bytes, at: position)
                guard count > 0 else { throw SystemError(call: "pread", code: EIO) }
                hash.update(unsafe buffer.span.bytes.extracting(first: count))
                position += Int64(count)
            } catch {
                failure = error
            }
        }
        let waiting = state.withLock { state in
            defer { if !state.isRunning { state.waiting = nil } }
            return state.isRunning ? nil : state.waiting
        }
        waiting?.resume()
    }
}
