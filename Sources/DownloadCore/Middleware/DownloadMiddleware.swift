/// Something around all views of an application, or around some of them: who may ask, how often, and what every
/// response carries.
///
///     struct FramesForbidden: DownloadMiddleware {
///         func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
///             var response = response
///             response.headerFields[.contentSecurityPolicy] = "frame-ancestors 'none'"
///             return response
///         }
///     }
///
/// All three requirements have defaults that change nothing. Of several, the first is the outermost: its
/// ``willRespond(to:)`` comes first, its ``response(_:to:)`` last. Content passes middleware by: a view that changes
/// the bytes of another is a ``WrappedDownloadView``.
public protocol DownloadMiddleware: Sendable {
    /// Called before the view, and before its methods are looked at: with OPTIONS, HEAD and what no view answers, too.
    ///
    /// - Parameter request: The request, which may be changed for whatever comes after.
    /// - Returns: A response instead of the view's, or nil to go on. The middleware after this one and the view
    ///   are not asked then.
    /// - Throws: Like a view (``VirtualDownloadView/file(for:)``): ``DownloadError``, ``FileNotFound`` or
    ///   ``DownloadRedirect`` to refuse the request. Any other error becomes a 500.
    func willRespond(to request: inout DownloadRequest) async throws -> DownloadResponse?

    /// Called with each response, before its first byte: the file, 304, 404, 405, other errors, redirects, the answer
    /// to OPTIONS, and what a later middleware has answered instead of the view.
    ///
    /// It is called again, with the response of the error, if the content fails before its first byte.
    func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse

    /// Called once for each call of ``willRespond(to:)`` that has returned nil, when the response has ended, whichever
    /// way: sent, failed, or the client gone.
    ///
    /// - Parameter request: The request as that call left it.
    func didRespond(to request: DownloadRequest)
}

extension DownloadMiddleware {
    public func willRespond(to request: inout DownloadRequest) async throws -> DownloadResponse? { nil }
    public func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse { response }
    public func didRespond(to request: DownloadRequest) {}
}

extension [any DownloadMiddleware] {
    /// What all of them make of a response, the last first.
    func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var response = response
        for middleware in reversed() { response = middleware.response(response, to: request) }
        return response
    }
}
