/// A file that exists nowhere: a name around content that is in memory or is generated while it is downloaded.
///
///     VirtualFile(StringIO("Hello world!\n"), name: "hello-world.txt")
///     VirtualFile(TextIteratorIO(["Hello ", "world!", "\n"]), name: "hello-world.txt")
///     VirtualFile(AsyncIteratorIO(rows), name: "orders.csv")
///     VirtualFile(name: "numbers.txt") { sink in
///         for n in 1...1_000_000 { try await sink.write("\(n)\n") }
///     }
///
/// The size is never found out by running the content: it is what ``init(_:name:size:)`` was told, or else what the content
/// knows of itself, or else unknown, and then the response has no Content-Length.
public struct VirtualFile<Content: DownloadContent>: DownloadFile {
    /// What the file contains.
    public let content: Content
    public var name: String
    public var size: Int64?
    public var contentType: String?
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public var digest: ContentDigest?
    private var modificationTest: (@Sendable (String) -> Bool)?

    /// Wraps content.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - size: The exact size in bytes. The download is made to fail visibly if the content turns out longer or shorter.
    public init(_ content: Content, name: String, size: Int64? = nil) {
        self.content = content
        self.name = name
        self.size = size ?? content.size
    }

    /// Wraps a closure that writes the content.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - size: The exact size in bytes, if it is known beforehand.
    ///   - repeatable: Whether the closure of an equal request writes the same bytes again.
    public init(
        name: String,
        size: Int64? = nil,
        repeatable: Bool = false,
        _ body: @escaping (inout ContentSink) async throws -> Void
    ) where Content == ContentWriter {
        self.init(ContentWriter(repeatable: repeatable, body), name: name, size: size)
    }

    /// The same file with validators, which let a client revalidate it and, if it is repeatable, resume it.
    public func validated(by entityTag: EntityTag? = nil, modified modificationDate: HTTPDate? = nil) -> VirtualFile {
        var copy = self
        copy.entityTag = entityTag ?? self.entityTag
        copy.modificationDate = modificationDate ?? self.modificationDate
        return copy
    }

    /// The same file, answering ``DownloadFile/wasModified(since:)`` with `test`.
    ///
    /// - Parameter test: Receives the value of `If-Modified-Since` as the client sent it, and is trusted.
    public func answeringModified(since test: @escaping @Sendable (String) -> Bool) -> VirtualFile {
        var copy = self
        copy.modificationTest = test
        return copy
    }

    public func wasModified(since value: String) -> Bool? { modificationTest?(value) }
    public var isRepeatable: Bool { content.isRepeatable }
    public var isSeekable: Bool { content.isSeekable }

    public func skippedBytes(for range: Range<Int64>) -> Int64 { content.skippedBytes(for: range) }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await content.write(to: &sink)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await content.write(range, to: &sink)
    }
}

/// So that a view, which is shared by all requests, may keep a file whose content can be shared.
extension VirtualFile: Sendable where Content: Sendable {}
