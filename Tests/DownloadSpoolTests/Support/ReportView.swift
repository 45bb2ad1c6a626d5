import DownloadCore
import DownloadTesting
import HTTPTypes
import Synchronization
import Testing

@testable import DownloadSpool

/// A report that a test has in its hands.
struct ReportView: VirtualDownloadView {
    let work = Work()
    var tag: EntityTag? = EntityTag("v1")

    var cacheControl: String? { "private" }

    func file(for request: DownloadRequest) async throws -> VirtualFile<ContentWriter> {
        guard request.user != "mallory" else { throw DownloadError(.forbidden) }
        work.note(request.target)
        var file = VirtualFile(name: "report.txt") { [work] sink in try await work.run(&sink) }
        file.entityTag = tag
        return file
    }
}

/// What a report is made of, step by step, and how often it was begun.
final class Work: Sendable {
    private enum Step: Sendable {
        case text(String)
        case progress(Double)
        case failure(any Error)
    }

    private let state = Mutex<(runs: Int, ended: Int, targets: [String])>((0, 0, []))
    private let stream: AsyncStream<Step>
    private let continuation: AsyncStream<Step>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    var runs: Int { state.withLock { $0.runs } }
    var ended: Int { state.withLock { $0.ended } }
    var targets: [String] { state.withLock { $0.targets } }

    func note(_ target: String) { state.withLock { $0.targets.append(target) } }
    func write(_ text: String) { continuation.yield(.text(text)) }
    func progress(_ fraction: Double) { continuation.yield(.progress(fraction)) }
    func fail(_ error: any Error) { continuation.yield(.failure(error)) }
    func finish() { continuation.finish() }

    func run(_ sink: inout ContentSink) async throws {
        state.withLock { $0.runs += 1 }
        defer { state.withLock { $0.ended += 1 } }
        for await step in stream {
            switch step {
            case .text(let text): try await sink.write(text)
            case .progress(let fraction): sink.progress(fraction)
            case .failure(let error): throw error
            }
        }
    }
}

extension HTTPFields {
    /// What a browser sends, which is answered with a page.
    static let ofBrowser: HTTPFields = [.accept: "text/html,*/*;q=0.8"]
    /// What a program sends that would rather ask again than wait.
    static let preferringAsynchronous: HTTPFields = [.prefer: "respond-async"]
}

/// The target of a link in a page or a field, with the step that it asks for.
func target(_ kind: String, in text: String) throws -> String {
    let pattern = try Regex("/[^\"' ]*preparation=[0-9a-f]{32}-\(kind)")
    return try String(#require(text.firstMatch(of: pattern)).0).replacing("&amp;", with: "&")
}

/// Where a response sends its client.
func location(_ response: RecordedResponse) throws -> String {
    try #require(response.headerFields[.location])
}
