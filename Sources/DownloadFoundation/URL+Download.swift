public import DownloadCore
public import HTTPTypes

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension DownloadRedirect {
    /// Creates a redirect to `url`, see ``/DownloadCore/DownloadRedirect``.
    public init(_ status: HTTPResponse.Status = .found, to url: URL) {
        self.init(status, to: url.absoluteString)
    }
}
