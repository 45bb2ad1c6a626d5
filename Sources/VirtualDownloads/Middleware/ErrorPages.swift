public import DownloadCore
public import HTTPTypes

/// Pages of the site's own instead of the short texts of errors.
///
///     ErrorPages { status, request in
///         "<!doctype html><title>\(status.code)</title><h1>\(status.reasonPhrase)</h1>"
///     }
///
/// A client that prefers JSON still gets `application/problem+json`. The status and all other fields stay.
public struct ErrorPages: DownloadMiddleware {
    private let contentType: String
    private let page: @Sendable (HTTPResponse.Status, DownloadRequest) -> String?

    /// Creates it.
    ///
    /// - Parameters:
    ///   - contentType: The media type of the pages; the default is HTML.
    ///   - page: The page for a 4xx or 5xx; nil leaves the response as it is. What of the request stands in it has to
    ///     be
    ///     escaped: it is what the client has sent.
    public init(
        contentType: String = "text/html; charset=utf-8",
        _ page: @escaping @Sendable (HTTPResponse.Status, DownloadRequest) -> String?
    ) {
        self.contentType = contentType
        self.page = page
    }

    public func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        let isError = response.status.kind == .clientError || response.status.kind == .serverError
        let isJSON = response.headerFields[.contentType]?.hasOctetPrefix("application/problem+json") == true
        guard isError, !isJSON, let text = page(response.status, request) else { return response }
        var response = response
        response.headerFields[.contentType] = contentType
        response.content = .text(text)
        return response
    }
}
