public import HTTPTypes

/// What a file may say about itself; see ``DownloadFile``.
///
/// The associated types let a member be declared with another type than the default's; they are never written.
public protocol FileProperties: ContentProperties, DownloadOptions {
    associatedtype ContentTypeOption
    associatedtype EntityTagOption
    associatedtype ModificationDateOption
    associatedtype DigestOption
    associatedtype ModifiedAnswer

    /// The media type that the file has, for instance `text/csv`, a `String`. The default is nil: guessed from the
    /// name.
    ///
    /// The view's option ``DownloadOptions/mimeType`` overrides it, and the file's own overrides that.
    var contentType: ContentTypeOption { get }

    /// The validator of exactly these bytes (RFC 9110 §8.8.3), an ``EntityTag``. The default is nil. Without one there
    /// are no ranges.
    var entityTag: EntityTagOption { get }

    /// When the content last changed (RFC 9110 §8.8.2), an ``HTTPDate``. The default is nil: unknown.
    ///
    /// No two contents of the file may have the same date, since clients take it for a validator and may resume by it
    /// (RFC 9110 §8.8.2.2). Leave it nil for content that can change twice within one second, and give a tag alone.
    var modificationDate: ModificationDateOption { get }

    /// A digest of the whole content, if it is known without running it, a ``ContentDigest``. The default is nil.
    var digest: DigestOption { get }

    /// Whether the content has changed since the value of an `If-Modified-Since` field, as the client sent it, a
    /// `Bool`.
    ///
    /// Called only when the field is present and counts (RFC 9110 §13.1.3), and trusted whatever it returns, even for a
    /// value that is not a date; parse it with ``HTTPDate/init(_:now:)``. The default is nil, for "not implemented":
    /// then ``modificationDate`` decides if there is one, and otherwise the file counts as modified.
    func wasModified(since value: String) -> ModifiedAnswer
}

/// What a view returns: content with a name and, where they are known, a size and validators.
///
/// The counterpart of Django's file wrappers. ``ContentFile`` and ``VirtualFile`` cover most needs; a type of your own
/// needs a ``name`` and ``DownloadContent/write(to:)``. Whatever else it says is a member of ``FileProperties`` or
/// ``ContentProperties``, or one of the ``DownloadOptions``, with which a file decides what its view has only defaults
/// for.
public protocol DownloadFile: DownloadContent, FileProperties
where
    AttachmentOption: BooleanOption,
    BasenameOption: TextOption,
    MIMETypeOption: TextOption,
    CharsetOption: TextOption,
    EncodingOption: TextOption,
    CacheControlOption: TextOption,
    ExpiresOption: DateOption,
    VaryOption: FieldNamesOption,
    HeaderFieldsOption: FieldsOption,
    ContentTypeOption: TextOption,
    EntityTagOption: TagOption,
    ModificationDateOption: DateOption,
    DigestOption: ContentDigestOption,
    ModifiedAnswer: BooleanOption
{
    /// The file's name; a path in it is dropped when it becomes the name of the download.
    var name: String { get }

    /// The absolute path where exactly this content lies on disk, for a web server that is told to send it by itself
    /// (``HandOver``). The default is nil: nowhere.
    ///
    /// Asked only when the web server has said that it can, and right before it is told. It may be an open file's: what
    /// has that name must not change any more.
    func storedPath() -> String?

    /// What the members of ``DownloadOptions`` say. The default collects them, and there is no reason for another: it
    /// is a requirement so that it is compiled for each file, which an answer reads faster than nine members.
    var statedOptions: StatedOptions { get }

    /// What the other members say, but for the size; as ``statedOptions``.
    var statedProperties: StatedProperties { get }

    /// What ``ContentProperties/size`` says; as ``statedOptions``. It may be dear to find out, and is asked for only
    /// where it is needed.
    var statedSize: Int64? { get }
}

extension DownloadFile {
    @inlinable public var attachment: DefaultOption<Bool> { .init() }
    @inlinable public var basename: DefaultOption<String> { .init() }
    @inlinable public var mimeType: DefaultOption<String> { .init() }
    @inlinable public var encoding: DefaultOption<String> { .init() }
    @inlinable public var charset: DefaultOption<String> { .init() }
    @inlinable public var cacheControl: DefaultOption<String> { .init() }
    @inlinable public var expires: DefaultOption<HTTPDate> { .init() }
    @inlinable public var vary: DefaultOption<[HTTPField.Name]> { .init() }
    @inlinable public var headerFields: DefaultOption<HTTPFields> { .init() }
    @inlinable public var contentType: DefaultOption<String> { .init() }
    @inlinable public var entityTag: DefaultOption<EntityTag> { .init() }
    @inlinable public var modificationDate: DefaultOption<HTTPDate> { .init() }
    @inlinable public var digest: DefaultOption<ContentDigest> { .init() }

    @inlinable
    public var statedProperties: StatedProperties {
        StatedProperties(
            contentType: contentType.optionValue,
            entityTag: entityTag.optionValue,
            modificationDate: modificationDate.optionValue,
            digest: digest.optionValue,
            isRepeatable: isRepeatable.optionValue ?? false,
            isSeekable: isSeekable.optionValue ?? false
        )
    }

    @inlinable public var statedSize: Int64? { size.optionValue }

    public func wasModified(since value: String) -> DefaultOption<Bool> { .init() }

    public func storedPath() -> String? { nil }

    /// The same file with another value of one property, for files whose properties can be set:
    ///
    ///     VirtualFile(rows, name: "report.csv").with(\.attachment, try request.query["inline"] != "1")
    public func with<Value>(_ property: WritableKeyPath<Self, Value>, _ value: Value) -> Self {
        var copy = self
        copy[keyPath: property] = value
        return copy
    }
}
