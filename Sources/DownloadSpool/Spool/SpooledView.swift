public import DownloadCore
internal import HTTPTypes

extension VirtualDownloadView {
    /// This view, with its content generated once for all who ask, and kept; see ``Spool``.
    ///
    ///     Route("/reports/{id}", ReportView().spooled())
    ///     Route("/export.csv", ExportView().spooled { request, _ in "\(try request.query) \(database.version)" })
    ///
    /// `VirtualDownloadView.file(for:)` is called for each request, before the spool is looked at: what it refuses is
    /// refused. The generator runs apart from the request: what it throws before its first byte is answered as ever,
    /// and afterwards every client who shares it sees a failed download.
    ///
    /// What the bytes depend on is the file's strong entity tag, with the target and the user of the request; a file
    /// without a tag fails.
    ///
    /// - Parameter spool: Where; nil, the default, for the one of the process (``Spool/shared``). If there is none, the
    ///   view is as it was.
    public func spooled(in spool: Spool? = nil) -> some VirtualDownloadView {
        SpooledView(base: self, spool: spool, key: nil)
    }

    /// This view, with its content generated once for all who ask, and kept, by a key; see ``spooled(in:)``.
    ///
    /// - Parameters:
    ///   - spool: Where; nil, the default, for the one of the process (``Spool/shared``). If there is none, the view is
    ///     as it was.
    ///   - key: What the bytes depend on, all of it: equal keys of this type of view, or of one function, are taken for
    ///     equal bytes, whoever asks.
    public func spooled(
        in spool: Spool? = nil,
        key: @escaping @Sendable (DownloadRequest, File) throws -> String
    ) -> some VirtualDownloadView {
        SpooledView(base: self, spool: spool, key: key)
    }
}

/// A view like another, whose content is generated once; see `VirtualDownloadView.spooled(in:)`.
struct SpooledView<Base: VirtualDownloadView>: WrappedDownloadView {
    let base: Base
    let spool: Spool?
    let key: (@Sendable (DownloadRequest, Base.File) throws -> String)?

    init(base: Base, spool: Spool?, key: (@Sendable (DownloadRequest, Base.File) throws -> String)?) {
        self.base = base
        self.spool = spool
        self.key = key
        if spool == nil { Spool.noteUser(base.kind) }
    }

    func file(for request: DownloadRequest) async throws -> SpooledFile<Base.File> {
        let file = try await base.file(for: request)
        let spool = spool ?? .shared
        let parts = spool == nil ? [] : try keyParts(of: file, for: request)
        return await SpooledFile.found(file, in: spool, keyParts: parts)
    }

    /// What the bytes depend on.
    func keyParts(of file: Base.File, for request: DownloadRequest) throws -> [String] {
        let view = base.kind
        if let key { return ["view", view, try key(request, file)] + file.codingKeyParts }
        // A weak tag of what is compressed is one of different bytes with the same content: which of them are kept does
        // not matter.
        guard let tag = file.entityTag.optionValue, !tag.isWeak || !file.codingKeyParts.isEmpty else {
            throw SpoolError(
                .keyMissing,
                "\(view) is spooled, and its file has no strong entity tag: give it one, or a key to spooled(key:)"
            )
        }
        // A tag identifies one resource only, and users do not share files unless a key says so.
        return ["tag", view, request.http.path ?? "", request.user ?? "", tag.value] + file.codingKeyParts
    }

    func wasModified(_ file: SpooledFile<Base.File>, since value: String) -> Bool {
        file.asBase { base.wasModified($0, since: value) } ?? true
    }

    func downloadResponse(
        _ response: DownloadResponse,
        for file: SpooledFile<Base.File>,
        to request: DownloadRequest
    ) -> DownloadResponse {
        file.asBase { base.downloadResponse(response, for: $0, to: request) } ?? response
    }

    func notModifiedResponse(
        _ response: DownloadResponse,
        for file: SpooledFile<Base.File>,
        to request: DownloadRequest
    ) -> DownloadResponse {
        file.asBase { base.notModifiedResponse(response, for: $0, to: request) } ?? response
    }
}
