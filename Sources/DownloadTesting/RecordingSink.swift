import DownloadCore
import HTTPTypes

/// What a ``RecordingSink`` has received; it outlives the sink.
final class Recording {
    var response: RecordedResponse
    var isCommitted = false
    var hasHead = false

    init(method: HTTPRequest.Method) {
        response = RecordedResponse()
        response.method = method
    }
}

/// A response sink that keeps what a web server would have sent, and holds the writer to the same contract.
struct RecordingSink: ResponseSink, ~Copyable {
    private let recording: Recording
    private var extent = ContentExtent.unknown
    private var written: Int64 = 0
    private var failure: (any Error)?

    init(into recording: Recording) {
        self.recording = recording
    }

    var isCommitted: Bool { recording.isCommitted }

    mutating func begin(_ head: HTTPResponse, extent: ContentExtent) {
        recording.hasHead = true
        recording.response.status = head.status
        recording.response.headerFields = head.headerFields
        self.extent = extent
        // What was refused before does not count for the new head.
        written = 0
        failure = nil
    }

    mutating func write(_ bytes: RawSpan) async throws {
        guard !bytes.isEmpty, extent != .none else { return }
        if let failure { throw failure }
        do {
            try Task.checkCancellation()
            written += Int64(bytes.byteCount)
            if case .exactly(let declared) = extent, written > declared {
                throw ContentLengthMismatch(declared: declared, written: written)
            }
        } catch {
            failure = error
            throw error
        }
        recording.isCommitted = true
        recording.response.body.reserveCapacity(recording.response.body.count + bytes.byteCount)
        for index in bytes.byteOffsets {
            recording.response.body.append(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
        }
    }

    mutating func finish() async throws {
        if let failure { throw failure }
        if case .exactly(let declared) = extent, written < declared {
            throw ContentLengthMismatch(declared: declared, written: written)
        }
        recording.isCommitted = true
        recording.response.isFinished = true
    }

    mutating func note(_ error: any Error) {
        recording.response.notes.append(error)
    }
}
