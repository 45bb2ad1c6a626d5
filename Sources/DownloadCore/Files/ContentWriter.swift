/// Content that a closure writes.
public struct ContentWriter: DownloadContent {
    private let body: (inout ContentSink) async throws -> Void
    public let isRepeatable: Bool

    /// Wraps a closure that writes the whole content into the sink it is given.
    ///
    /// - Parameter repeatable: Whether the closure of an equal request writes the same bytes again.
    public init(repeatable: Bool = false, _ body: @escaping (inout ContentSink) async throws -> Void) {
        self.body = body
        isRepeatable = repeatable
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await withContentSink(writingTo: &sink, body)
    }
}
