/// A file whose whole content is a text or bytes in memory: Django's `ContentFile`.
public struct ContentFile: DownloadFile, Sendable {
    public var name: String
    public var contentType: String?
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public var digest: ContentDigest?
    private let bytes: [UInt8]

    /// Wraps a text; its size is that of its UTF-8 encoding.
    public init(_ text: String, name: String = "") {
        self.init(Array(text.utf8), name: name)
    }

    /// Wraps bytes.
    public init(_ bytes: [UInt8], name: String = "") {
        self.bytes = bytes
        self.name = name
    }

    /// The same file with validators, which let a client revalidate it and, with a tag, resume it.
    public func validated(by entityTag: EntityTag? = nil, modified modificationDate: HTTPDate? = nil) -> ContentFile {
        var copy = self
        copy.entityTag = entityTag ?? self.entityTag
        copy.modificationDate = modificationDate ?? self.modificationDate
        return copy
    }

    public var size: Int64? { Int64(bytes.count) }
    public var isRepeatable: Bool { true }
    public var isSeekable: Bool { true }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(bytes)
    }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(bytes[range.clamped(toCount: bytes.count)])
    }
}
