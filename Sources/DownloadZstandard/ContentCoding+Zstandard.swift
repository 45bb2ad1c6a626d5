public import DownloadCompression

extension ContentCoding {
    /// Zstandard (RFC 8878), which browsers, curl and most of what fetches in bulk know: by libzstd, some 320 MB/s of a
    /// text on a core, smaller than ``DownloadCompression/ContentCoding/gzip``. A compressor holds 1 MiB.
    ///
    /// Offer gzip behind it: `[.zstd, .gzip]`.
    public static var zstd: ContentCoding { ContentCoding(name: "zstd") { ZstandardCoder() } }
}
