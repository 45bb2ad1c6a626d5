internal import CISAL

/// A gzip stream (RFC 1952) by ISA-L.
///
/// Its bytes depend on the library's version and on the processor, and on when it was flushed.
///
/// `@safe`: the pointer is this object's own from its creation to its end, and C is handed buffers with their lengths.
@safe final class GzipCoder: ContentCoder {
    private let stream: UnsafeMutablePointer<isal_zstream>

    /// Creates a stream; nil if there is no memory for it.
    init?() {
        guard let stream = unsafe downloadview_gzip_create() else { return nil }
        unsafe (self.stream = stream)
    }

    deinit {
        unsafe downloadview_deflate_free(stream)
    }

    func code(
        _ input: RawSpan,
        _ directive: CodingDirective,
        into output: inout [UInt8]
    ) throws -> CodingStep {
        var inputLeft = UInt32(input.byteCount)
        var outputLeft = UInt32(output.count)
        let result = unsafe input.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe downloadview_stream_code(
                    stream,
                    input.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    &inputLeft,
                    output.baseAddress,
                    &outputLeft,
                    directive == .flush ? 1 : 0,
                    directive == .end ? 1 : 0
                )
            }
        }
        guard result >= 0 else { throw CodingFailure("ISA-L refused to compress") }
        let isDone = directive == .end ? result == 1 : inputLeft == 0 && outputLeft > 0
        return CodingStep(
            taken: input.byteCount - Int(inputLeft),
            given: output.count - Int(outputLeft),
            isDone: isDone
        )
    }
}
