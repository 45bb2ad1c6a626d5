import DownloadCore
import Synchronization

/// A client that takes what comes, and may be told to wait.
struct Client: ByteSink, ~Copyable {
    let received: Received

    mutating func write(_ bytes: RawSpan) async throws {
        try await received.wait()
        try Task.checkCancellation()
        received.add(bytes)
    }
}

/// What a client has received. It takes no more than it is allowed to.
final class Received: Sendable {
    private let state: Mutex<(bytes: [UInt8], allowance: Int, waiting: CheckedContinuation<Void, Never>?)>

    init(allowance: Int = .max) {
        state = Mutex(([], allowance, nil))
    }

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var count: Int { bytes.count }

    /// Lets the client take so many bytes, or more by a piece, in all.
    func allow(_ count: Int) {
        let waiting = state.withLock { state in
            state.allowance = count
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    fileprivate func wait() async throws {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.bytes.count < state.allowance || Task.isCancelled { return true }
                    state.waiting = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            allow(.max)
        }
    }

    fileprivate func add(_ bytes: RawSpan) {
        state.withLock { state in
            unsafe bytes.withUnsafeBytes { unsafe state.bytes.append(contentsOf: $0) }
        }
    }
}

/// A generator that a test has in its hands.
final class Generator: Sendable {
    private let state = Mutex<(runs: Int, cancellations: Int)>((0, 0))
    private let stream: AsyncStream<Result<[UInt8], Refusal>>
    private let continuation: AsyncStream<Result<[UInt8], Refusal>>.Continuation

    struct Refusal: Error {}

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    var runs: Int { state.withLock { $0.runs } }
    var cancellations: Int { state.withLock { $0.cancellations } }

    func yield(_ text: String) { continuation.yield(.success(Array(text.utf8))) }
    func fail() { continuation.yield(.failure(Refusal())) }
    func finish() { continuation.finish() }

    func file(named name: String = "file.bin", size: Int64? = nil, repeatable: Bool = false) -> VirtualFile<
        ContentWriter
    > {
        VirtualFile(name: name, size: size, repeatable: repeatable) { [self] sink in
            state.withLock { $0.runs += 1 }
            for await piece in stream { try await sink.write(piece.get()) }
            if Task.isCancelled { state.withLock { $0.cancellations += 1 } }
        }
    }
}
