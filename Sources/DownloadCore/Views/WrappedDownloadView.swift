/// A view made of another one: whatever it does not say itself is the ``base``'s.
///
///     struct Private<Base: VirtualDownloadView>: WrappedDownloadView {
///         let base: Base
///         let cacheControl = "private, no-store"
///     }
///
/// One requirement has no default: ``base``. The base's hooks are called after those of this view. A view that returns
/// another file, which then is a ``WrappedDownloadFile`` of the base's, implements ``VirtualDownloadView/file(for:)``.
/// For something around many views see ``DownloadMiddleware``.
public protocol WrappedDownloadView: VirtualDownloadView {
    /// The type of the view inside.
    associatedtype Base: VirtualDownloadView
    /// The view inside.
    var base: Base { get }
}

extension WrappedDownloadView {
    public var methods: Base.MethodsOption { base.methods }
    public var attachment: Base.AttachmentOption { base.attachment }
    public var basename: Base.BasenameOption { base.basename }
    public var mimeType: Base.MIMETypeOption { base.mimeType }
    public var charset: Base.CharsetOption { base.charset }
    public var encoding: Base.EncodingOption { base.encoding }
    public var cacheControl: Base.CacheControlOption { base.cacheControl }
    public var expires: Base.ExpiresOption { base.expires }
    public var vary: Base.VaryOption { base.vary }
    public var headerFields: Base.HeaderFieldsOption { base.headerFields }
    public var maximumSkippedBytes: Base.MaximumSkippedBytesOption { base.maximumSkippedBytes }
    public var maximumBodySize: Base.MaximumBodySizeOption { base.maximumBodySize }

    public func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        base.fileNotFoundResponse(response, to: request)
    }

    public func anyResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        base.anyResponse(response, to: request)
    }
}

extension WrappedDownloadView where File == Base.File {
    public func file(for request: DownloadRequest) async throws -> Base.File {
        try await base.file(for: request)
    }

    public func wasModified(_ file: File, since value: String) -> Bool {
        base.wasModified(file, since: value)
    }

    public func downloadResponse(
        _ response: DownloadResponse,
        for file: File,
        to request: DownloadRequest
    ) -> DownloadResponse {
        base.downloadResponse(downloadResponse(response, to: request), for: file, to: request)
    }

    public func notModifiedResponse(
        _ response: DownloadResponse,
        for file: File,
        to request: DownloadRequest
    ) -> DownloadResponse {
        base.notModifiedResponse(notModifiedResponse(response, to: request), for: file, to: request)
    }
}

extension WrappedDownloadView where File: WrappedDownloadFile, File.Base == Base.File {
    public func wasModified(_ file: File, since value: String) -> Bool {
        base.wasModified(file.base, since: value)
    }

    public func downloadResponse(
        _ response: DownloadResponse,
        for file: File,
        to request: DownloadRequest
    ) -> DownloadResponse {
        base.downloadResponse(downloadResponse(response, to: request), for: file.base, to: request)
    }

    public func notModifiedResponse(
        _ response: DownloadResponse,
        for file: File,
        to request: DownloadRequest
    ) -> DownloadResponse {
        base.notModifiedResponse(notModifiedResponse(response, to: request), for: file.base, to: request)
    }
}
