import DownloadCore
import HTTPTypes

/// What a ``RecordingSink`` has received; it outlives the sink.
final class Recording {
    var response: RecordedResponse
    var isCommitted = false

    init(method: HTTPRequest.Method) {
        response = RecordedResponse()
        response.method = method
    }

    /// The response that `respond` writes.
    ///
    /// - Throws: What `respond` throws before the response is committed.
    static func response(
        to request: DownloadRequest,
        _ respond: (inout RecordingSink) async throws -> Void
    ) async throws -> RecordedResponse {
        let recording = Recording(method: request.method)
        var sink = RecordingSink(into: recording)
        do {
            try await respond(&sink)
        } catch {
            guard recording.isCommitted else { throw error }
            recording.response.failure = error
        }
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
        unsafe bytes.withUnsafeBytes { unsafe recording.response.body.append(contentsOf: $0) }
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
