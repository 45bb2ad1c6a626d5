public import DownloadCore
public import HTTPTypes

/// Puts header fields on every response: downloads, errors, redirects.
///
///     ResponseHeaderFields([.strictTransportSecurity: "max-age=31536000"])
public struct ResponseHeaderFields: DownloadMiddleware {
    private let headerFields: HTTPFields

    /// Creates it. A field that a response has already stays as it is.
    public init(_ headerFields: HTTPFields) {
        self.headerFields = headerFields
    }

    public func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var response = response
        for field in headerFields where !response.headerFields.contains(field.name) {
            for value in headerFields[fields: field.name] { response.headerFields.append(value) }
        }
        return response
    }
}
