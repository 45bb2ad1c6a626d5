internal import CZstandard
internal import DownloadCompression

/// A Zstandard frame (RFC 8878) by libzstd, with a window of 128 KiB: a client needs no more memory than that (RFC 9659
/// allows 8 MiB).
///
/// `@safe`: the pointer is this object's own from its creation to its end, and C is handed buffers with their lengths.
@safe final class ZstandardCoder: ContentCoder {
    private let context: OpaquePointer

    /// Creates a stream; nil if there is no memory for it.
    init?() {
        guard let context = unsafe ZSTD_createCCtx() else { return nil }
        unsafe (self.context = context)
        unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
        unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 17)
        // Four bytes by which damage is found, as gzip has them.
        unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit {
        unsafe ZSTD_freeCCtx(context)
    }

    func code(
        _ input: RawSpan,
        _ directive: CodingDirective,
        into output: inout [UInt8]
    ) throws -> CodingStep {
        let operation =
            switch directive {
            case .take: ZSTD_e_continue
            case .flush: ZSTD_e_flush
            case .end: ZSTD_e_end
            }
        var taken = 0
        var given = 0
        let left = unsafe input.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBytes { output in
                var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
                var target = unsafe ZSTD_outBuffer(
                    dst: output.baseAddress,
                    size: output.count,
                    pos: 0
                )
                let left = unsafe ZSTD_compressStream2(context, &target, &source, operation)
                taken = unsafe source.pos
                given = unsafe target.pos
                return left
            }
        }
        guard ZSTD_isError(left) == 0 else {
            throw CodingFailure("libzstd: \(unsafe String(cString: ZSTD_getErrorName(left)))")
        }
        let isDone = directive == .take ? taken == input.byteCount : left == 0 && taken == input.byteCount
        return CodingStep(taken: taken, given: given, isDone: isDone)
    }
}
