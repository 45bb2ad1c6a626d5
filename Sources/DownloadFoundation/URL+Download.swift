public import DownloadCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension DownloadRedirect {
    /// Creates a redirect to `url`, see ``/DownloadCore/DownloadRedirect``.
    public init(_ code: Code = .found, to url: URL) {
        self.init(code, to: url.absoluteString)
    }
}
