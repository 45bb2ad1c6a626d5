public import HTTPTypes

/// A file that exists nowhere: a name around content that is in memory or is generated while it is downloaded.
///
///     VirtualFile(StringIO("Hello world!\n"), name: "hello-world.txt")
///     VirtualFile(TextIteratorIO(["Hello ", "world!", "\n"]), name: "hello-world.txt")
///     VirtualFile(AsyncIteratorIO(rows), name: "orders.csv")
///     VirtualFile(name: "numbers.txt") { sink in
///         for n in 1...1_000_000 { try await sink.write("\(n)\n") }
///     }
///
/// The size is never found out by running the content: it is what ``init(_:name:size:)`` was told, or else what the
/// content knows of itself, or else unknown, and then the response has no Content-Length.
public struct VirtualFile<Content: DownloadContent>: DownloadFile {
    /// What the file contains.
    public let content: Content
    /// The name that the client saves it under, unless an option says another.
    public var name: String
    /// The exact size in bytes; nil if it is unknown, and then the response has no Content-Length.
    public var size: Int64?
    /// The media type; nil for what the name stands for.
    public var contentType: String? {
        get { kept.contentType }
        set { kept.contentType = newValue }
    }
    /// The validator of exactly these bytes; nil for none, and then there are no ranges.
    public var entityTag: EntityTag?
    /// When the content last changed; nil if that is unknown.
    public var modificationDate: HTTPDate?
    /// A digest of the whole content; nil if none is known beforehand.
    public var digest: ContentDigest? {
        get { kept.digest }
        set { kept.digest = newValue }
    }

    /// Whether the client is asked to save the file (true) or to show it; nil leaves it to the view.
    public var attachment: Bool? {
        get { kept.options.attachment }
        set { kept.options.attachment = newValue }
    }
    /// The name that the client saves the file under; nil leaves it to the view.
    public var basename: String? {
        get { kept.options.basename }
        set { kept.options.basename = newValue }
    }
    /// The media type instead of the view's option; nil leaves it to the view.
    public var mimeType: String? {
        get { kept.options.mimeType }
        set { kept.options.mimeType = newValue }
    }
    /// The charset that is declared for text types, an empty text for none; nil leaves it to the view.
    public var charset: String? {
        get { kept.options.charset }
        set { kept.options.charset = newValue }
    }
    /// The content coding that the bytes are in, an empty text for none; nil leaves it to the view.
    public var encoding: String? {
        get { kept.options.encoding }
        set { kept.options.encoding = newValue }
    }
    /// Who may keep the response, and for how long, an empty text to claim nothing; nil leaves it to the view.
    public var cacheControl: String? {
        get { kept.options.cacheControl }
        set { kept.options.cacheControl = newValue }
    }
    /// When the response becomes stale; nil leaves it to the view.
    public var expires: HTTPDate? {
        get { kept.options.expires }
        set { kept.options.expires = newValue }
    }
    /// The request fields that the content depends on, besides those of the view.
    public var vary: [HTTPField.Name] {
        get { kept.options.vary ?? [] }
        set { kept.options.vary = newValue }
    }
    /// Further header fields, besides those of the view and instead of its fields of the same name.
    public var headerFields: HTTPFields {
        get { kept.options.headerFields ?? [:] }
        set { kept.options.headerFields = newValue }
    }
    public var statedOptions: StatedOptions { kept.options }
    // Written out: the default would not be compiled for this type, which is generic.
    public var statedProperties: StatedProperties {
        StatedProperties(
            contentType: contentType,
            entityTag: entityTag,
            modificationDate: modificationDate,
            digest: digest,
            isRepeatable: isRepeatable,
            isSeekable: isSeekable
        )
    }
    public var statedSize: Int64? { size }

    private var kept = KeptProperties()

    /// Wraps content.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - size: The exact size in bytes. The download is made to fail visibly if the content turns out longer or
    ///     shorter.
    public init(_ content: Content, name: String, size: Int64? = nil) {
        self.content = content
        self.name = name
        self.size = size ?? content.size.optionValue
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

    /// The same file, answering `DownloadFile.wasModified(since:)` with `test`.
    ///
    /// - Parameter test: Receives the value of `If-Modified-Since` as the client sent it, and is trusted.
    public func answeringModified(since test: @escaping @Sendable (String) -> Bool) -> VirtualFile {
        var copy = self
        copy.kept.modificationTest = test
        return copy
    }

    public func wasModified(since value: String) -> Bool? { kept.modificationTest?(value) }
    public var isRepeatable: Bool { content.isRepeatable.optionValue ?? false }
    public var isSeekable: Bool { content.isSeekable.optionValue ?? false }

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
