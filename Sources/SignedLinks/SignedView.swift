public import DownloadCore
internal import HTTPTypes

extension VirtualDownloadView {
    /// This view for those who have a link: a request without a good signature is answered 403, and `file(for:)` is
    /// not called.
    ///
    ///     Route("/export/orders.csv", OrdersExportView().signed(by: signer))
    ///
    /// The problem's detail is the ``LinkError/Code``, for instance `signature-expired`. If the link suggests a name,
    /// the file is saved under it; the media type stays that of the view. The signature's items stay in the query;
    /// those that the signer ignores (``IgnoredQueryNames``) are not signed, and the view does not see them.
    public func signed(by signer: LinkSigner) -> some VirtualDownloadView {
        SignedView(base: self, signer: signer)
    }
}

/// A view like another, but for those who have a link; see ``DownloadCore/VirtualDownloadView/signed(by:)``.
struct SignedView<Base: VirtualDownloadView>: WrappedDownloadView {
    /// The view that a request with a good signature reaches.
    let base: Base
    let signer: LinkSigner

    func file(for request: DownloadRequest) async throws -> Base.File {
        do {
            try signer.verify(request)
        } catch {
            throw DownloadError(error)
        }
        return try await base.file(for: request.without(signer.ignored))
    }

    /// The response with the name of the link; the view's own hook, which comes after, has the last word.
    func downloadResponse(
        _ response: DownloadResponse,
        for file: Base.File,
        to request: DownloadRequest
    ) -> DownloadResponse {
        var response = response
        // The request has been verified by now: there would be no file otherwise.
        if let name = (try? request.query)?[SignatureItem.name.rawValue] {
            let isInline = response.headerFields[.contentDisposition]?.utf8.starts(with: "inline".utf8) == true
            let kind: ContentDisposition.Kind = isInline ? .inline : .attachment
            response.headerFields[.contentDisposition] = ContentDisposition(kind, filename: name).description
        }
        return base.downloadResponse(response, for: file, to: request.without(signer.ignored))
    }

    func notModifiedResponse(
        _ response: DownloadResponse,
        for file: Base.File,
        to request: DownloadRequest
    ) -> DownloadResponse {
        base.notModifiedResponse(response, for: file, to: request.without(signer.ignored))
    }

    func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        base.fileNotFoundResponse(response, to: request.without(signer.ignored))
    }

    func anyResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        base.anyResponse(response, to: request.without(signer.ignored))
    }
}
