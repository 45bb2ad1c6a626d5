import DownloadCore
import HTTPTypes

/// Takes a response and forgets it, so that what is counted is the core alone.
struct DiscardingSink: ResponseSink, ~Copyable {
    private(set) var byteCount = 0
    var isCommitted: Bool { byteCount > 0 }

    mutating func begin(_ head: HTTPResponse, extent: ContentExtent) {}
    mutating func write(_ bytes: RawSpan) async throws { byteCount += bytes.byteCount }
    // As the server's sink does with what fits.
    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        byteCount += bytes.byteCount
        return true
    }
    mutating func finish() async throws {}
}
