/// A content coding (RFC 9110 §8.4.1) that a view may offer; see `VirtualDownloadView.compressed(by:minimumSize:)`.
///
/// `ContentCoding.gzip` is here; the product `DownloadZstandard` adds `.zstd`.
public struct ContentCoding: Sendable {
    /// The name that Accept-Encoding and Content-Encoding have for it, in lower case.
    public let name: String
    /// A new stream; nil if there is no memory for it.
    let makeCoder: @Sendable () -> (any ContentCoder)?

    package init(name: String, makeCoder: @escaping @Sendable () -> (any ContentCoder)?) {
        self.name = name
        self.makeCoder = makeCoder
    }

    /// gzip (RFC 1952), which every client knows: by ISA-L, some 430 MB/s of a text on a core, at a third of its size.
    public static var gzip: ContentCoding { ContentCoding(name: "gzip") { GzipCoder() } }
}
