internal import CSHA256

/// SHA-256, a content's piece by piece.
struct ContentHash {
    private var hash = downloadview_sha256()

    init() {
        unsafe downloadview_sha256_begin(&hash)
    }

    mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe downloadview_sha256_update(&hash, $0.baseAddress, $0.count) }
    }

    mutating func update(_ text: String) {
        update(unsafe text.utf8Span.span.bytes)
    }

    /// The 32 bytes of the digest. What is hashed so far can't be added to after it.
    mutating func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe digest.withUnsafeMutableBufferPointer { unsafe downloadview_sha256_end(&hash, $0.baseAddress) }
        return digest
    }
}
