public import HTTPTypes

/// The names that other libraries have for the options of a view, and the commonest ways to misspell one.
///
/// A view that declares one of them as an option would be declared means the option: the compiler warns of it, at the
/// view, and says what the option is called. No view needs any of them. Names that a view may well have for something
/// of its own, such as `filename`, are left alone. A private member of such a name does not compile, since it matches
/// a requirement of this protocol: it needs another name.
public protocol MisnamedOptions {
    associatedtype MimetypeMember: MIMETypeElsewhere
    associatedtype ContentTypeMember: MIMETypeElsewhere
    associatedtype MediaTypeMember: MIMETypeElsewhere
    associatedtype IsAttachmentMember: AttachmentElsewhere
    associatedtype InlineMember: AttachmentElsewhere
    associatedtype AttachementMember: AttachmentElsewhere
    associatedtype BaseNameMember: BasenameElsewhere
    associatedtype HeadersMember: HeaderFieldsElsewhere
    associatedtype AllowedMethodsMember: MethodsElsewhere

    /// Not an option: ``DownloadOptions/mimeType`` is.
    var mimetype: MimetypeMember { get }
    /// Not an option of a view: ``DownloadOptions/mimeType`` is.
    var contentType: ContentTypeMember { get }
    /// Not an option: ``DownloadOptions/mimeType`` is.
    var mediaType: MediaTypeMember { get }
    /// Not an option: ``DownloadOptions/attachment`` is.
    var isAttachment: IsAttachmentMember { get }
    /// Not an option: ``DownloadOptions/attachment`` is.
    var inline: InlineMember { get }
    /// Not an option: ``DownloadOptions/attachment`` is.
    var attachement: AttachementMember { get }
    /// Not an option: ``DownloadOptions/basename`` is.
    var baseName: BaseNameMember { get }
    /// Not an option: ``DownloadOptions/headerFields`` is.
    var headers: HeadersMember { get }
    /// Not an option: ``ViewOptions/methods`` is.
    var allowedMethods: AllowedMethodsMember { get }
}

/// What ``DownloadOptions/mimeType`` is declared with.
public protocol MIMETypeElsewhere {}
/// What ``DownloadOptions/attachment`` is declared with.
public protocol AttachmentElsewhere {}
/// What ``DownloadOptions/basename`` is declared with.
public protocol BasenameElsewhere {}
/// What ``DownloadOptions/headerFields`` is declared with.
public protocol HeaderFieldsElsewhere {}
/// What ``ViewOptions/methods`` is declared with.
public protocol MethodsElsewhere {}

/// What a view has by a name that it does not declare: nothing.
public struct NoOption: MIMETypeElsewhere, AttachmentElsewhere, BasenameElsewhere {
    @inlinable
    init() {}
}

extension NoOption: HeaderFieldsElsewhere, MethodsElsewhere {}

extension MisnamedOptions {
    @inlinable public var mimetype: NoOption { NoOption() }
    @inlinable public var contentType: NoOption { NoOption() }
    @inlinable public var mediaType: NoOption { NoOption() }
    @inlinable public var isAttachment: NoOption { NoOption() }
    @inlinable public var inline: NoOption { NoOption() }
    @inlinable public var attachement: NoOption { NoOption() }
    @inlinable public var baseName: NoOption { NoOption() }
    @inlinable public var headers: NoOption { NoOption() }
    @inlinable public var allowedMethods: NoOption { NoOption() }
}

@available(
    *,
    deprecated,
    message: "a view's media type is called mimeType; give this member that name, or one of its own"
)
extension String: MIMETypeElsewhere {}

@available(
    *,
    deprecated,
    message: "whether a file is saved is called attachment; give this member that name, or one of its own"
)
extension Bool: AttachmentElsewhere {}

@available(
    *,
    deprecated,
    message: "the name of the download is called basename; give this member that name, or one of its own"
)
extension String: BasenameElsewhere {}

@available(
    *,
    deprecated,
    message: "a view's header fields are called headerFields; give this member that name, or one of its own"
)
extension HTTPFields: HeaderFieldsElsewhere {}

@available(
    *,
    deprecated,
    message: "the methods that a view answers are called methods; give this member that name, or one of its own"
)
extension Array: MethodsElsewhere {}

extension Optional: MIMETypeElsewhere where Wrapped: MIMETypeElsewhere {}
extension Optional: BasenameElsewhere where Wrapped: BasenameElsewhere {}
extension Optional: AttachmentElsewhere where Wrapped: AttachmentElsewhere {}
