import DownloadCore
import HTTPTypes

/// What a ``RecordingSink`` has received; it outlives the sink.
final class Recording {
    var response: RecordedResponse
    var isCommitted = false

    let client: TestClient
    private var comparison: ContentComparison?

    init(method: HTTPRequest.Method, client: TestClient) {
        response = RecordedResponse()
        response.method = method
        self.client = client
        comparison = client.expected.map { ContentComparison($0()) }
    }

    /// How many more bytes the client stays for.
    var bytesUntilLeaving: Int64 { client.leavesAfter.map { max(0, $0 - response.contentBytes) } ?? .max }

    /// Takes the next bytes of the content.
    func take(_ bytes: RawSpan) {
        response.contentBytes += Int64(bytes.byteCount)
        if comparison == nil {
            unsafe bytes.withUnsafeBytes { unsafe response.body.append(contentsOf: $0) }
        } else {
            comparison?.add(bytes)
        }
    }

    /// The client leaves: nothing more can be written, and the task that answers is cancelled.
    func leave() -> CancellationError {
        response.clientHasLeft = true
        unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
        return CancellationError()
    }

    func finish() {
        comparison?.finish()
        response.firstDifference = comparison?.firstDifference
    }

    /// The response that `respond` writes, as a client takes it. One that leaves cancels the task.
    ///
    /// - Throws: What `respond` throws before the response is committed.
    static func response(
        to request: DownloadRequest,
        by client: TestClient = TestClient(),
        _ respond: (inout RecordingSink) async throws -> Void
    ) async throws -> RecordedResponse {
        let recording = Recording(method: request.method, client: client)
        var sink = RecordingSink(into: recording)
        do {
            try await respond(&sink)
        } catch {
            guard recording.isCommitted || recording.response.clientHasLeft else { throw error }
            recording.response.failure = error
        }
        recording.finish()
        return recording.response
    }
}

/// A response sink that keeps what a web server would have sent, and holds the writer to the same contract.
struct RecordingSink: ResponseSink, ~Copyable {
    private let recording: Recording
    private var account = ContentAccount()
    /// Whether a piece was refused because the task is cancelled.
    private var wasCancelled = false

    init(into recording: Recording) {
        self.recording = recording
    }

    var isCommitted: Bool { account.isCommitted }

    mutating func begin(_ head: HTTPResponse, extent: ContentExtent) {
        guard account.begin(extent) else { return }
        recording.response.status = head.status
        recording.response.headerFields = head.headerFields
        wasCancelled = false
    }

    mutating func write(_ bytes: RawSpan) async throws {
        guard !bytes.isEmpty else { return }
        wasCancelled = wasCancelled || Task.isCancelled
        if wasCancelled { throw CancellationError() }
        try account.add(bytes.byteCount)
        recording.isCommitted = true
        var taken = 0
        while taken < bytes.byteCount {
            let wanted = min(recording.client.takes ?? .max, Int(clamping: recording.bytesUntilLeaving))
            let piece = bytes.extracting(droppingFirst: taken).extracting(first: wanted)
            recording.take(piece)
            taken += piece.byteCount
            if taken < bytes.byteCount, recording.bytesUntilLeaving == 0 {
                wasCancelled = true
                throw recording.leave()
            }
            if recording.client.takes != nil { await Task.yield() }
        }
    }

    mutating func finish() async throws {
        if wasCancelled { throw CancellationError() }
        try account.finish()
        recording.isCommitted = true
        recording.response.isFinished = true
    }

    mutating func log(_ error: any Error) {
        recording.response.notes.append(error)
    }
}
