/// What a view returns: content with a name and, where they are known, a size and validators.
///
/// The counterpart of Django's file wrappers. ``ContentFile`` and ``VirtualFile`` cover most needs; a type of your own needs a
/// ``name`` and ``DownloadContent/write(to:)``. Whatever else it says has the type that stands here, with its question mark: a
/// ``wasModified(since:)`` that returns a mere `Bool` is another function, and is not asked.
public protocol DownloadFile: DownloadContent {
    /// The file's name; a path in it is dropped when it becomes the name of the download.
    var name: String { get }

    /// The media type, for instance `text/csv`, which the view's options override. The default is nil: guessed from the name.
    var contentType: String? { get }

    /// The validator of exactly these bytes (RFC 9110 §8.8.3). The default is nil. Without one there are no ranges.
    var entityTag: EntityTag? { get }

    /// When the content last changed (RFC 9110 §8.8.2). The default is nil: unknown.
    ///
    /// No two contents of the file may have the same date, since clients take it for a validator and may resume by it (RFC 9110
    /// §8.8.2.2). Leave it nil for content that can change twice within one second, and give a tag alone.
    var modificationDate: HTTPDate? { get }

    /// A digest of the whole content, if it is known without running it. The default is nil.
    var digest: ContentDigest? { get }

    /// Whether the content has changed since the value of an `If-Modified-Since` field, as the client sent it.
    ///
    /// Called only when the field is present and counts (RFC 9110 §13.1.3), and trusted whatever it returns, even for a value
    /// that is no date; parse it with ``HTTPDate/init(_:now:)``. The default is nil, for "not implemented": then
    /// ``modificationDate`` decides if there is one, and otherwise the file counts as modified.
    func wasModified(since value: String) -> Bool?

    /// The absolute path where exactly this content lies on disk, for a web server that is told to send it by itself
    /// (``HandOver``). The default is nil: nowhere.
    ///
    /// Asked only when the web server has said that it can, and right before it is told. It may be an open file's: what has that name
    /// must not change any more.
    func storedPath() -> String?
}

extension DownloadFile {
    public var contentType: String? { nil }
    public var entityTag: EntityTag? { nil }
    public var modificationDate: HTTPDate? { nil }
    public var digest: ContentDigest? { nil }

    public func wasModified(since value: String) -> Bool? { nil }
    public func storedPath() -> String? { nil }
}
