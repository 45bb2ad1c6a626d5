public import DownloadCore
public import NIOCore

/// Content that an asynchronous sequence of `ByteBuffer` delivers: the body of a response of async-http-client, the
/// chunks of a file of NIO's.
///
///     let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
///     let length = answer.headers.first(name: "content-length").flatMap { Int64($0) }
///     return VirtualFile(ByteBufferContent(answer.body, size: length), name: "report.pdf")
///
/// The sequence is asked for the next buffer when the client has taken the last. When the client leaves, the task that
/// awaits it is cancelled.
public struct ByteBufferContent<Buffers: AsyncSequence>: DownloadContent where Buffers.Element == ByteBuffer {
    private let buffers: Buffers
    public let size: Int64?
    public let isRepeatable: Bool

    /// Wraps a sequence of buffers.
    ///
    /// - Parameters:
    ///   - size: How many bytes will come, if the sequence's source has declared it. The download is made to fail
    ///     visibly if there are more or fewer.
    ///   - repeatable: Whether going through `buffers` of an equal request again gives the same bytes.
    public init(_ buffers: Buffers, size: Int64? = nil, repeatable: Bool = false) {
        self.buffers = buffers
        self.size = size
        isRepeatable = repeatable
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        for try await buffer in buffers where !buffer.writeAtOnce(to: &sink) {
            try await buffer.write(to: &sink)
        }
    }
}

extension ByteBufferContent: Sendable where Buffers: Sendable {}
