public import HTTPTypes

/// A file whose whole content is a text or bytes in memory: Django's `ContentFile`.
public struct ContentFile: DownloadFile, Sendable {
    /// The name that the client saves it under, unless an option says another.
    public var name: String
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

    private let bytes: [UInt8]
    private var kept = KeptProperties()

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
