internal import CISAL
internal import CZlib

/// A stream of raw deflate (RFC 1951) in constant memory, some half a MiB; used again for one entry after the other.
///
/// Level 1 is ISA-L's, some four times as fast as zlib's and as good on texts; the levels above, where ISA-L has
/// nothing as good, are zlib's.
///
/// Small pieces are collected, so that the compressor is asked for 32 KiB at a time.
///
/// `@safe`: the pointers are this object's own from their creation to its end, and C is handed spans whose lengths go
/// with them.
@safe final class Deflater {
    /// How a stream is coded.
    enum Coding: Equatable {
        /// Compressed at a level from 1 to 9: the bytes depend on the library's version, and on the processor.
        case compressed(level: UInt8)
        /// In stored blocks of 65,535 bytes: for a content that is compressed already and whose size is unknown.
        case storedBlocks
    }

    /// ISA-L's stream, once it was needed.
    private var fastStream: UnsafeMutablePointer<isal_zstream>?
    /// zlib's stream, once it was needed, and its level.
    private var smallStream: UnsafeMutablePointer<z_stream>?
    private var smallLevel: UInt8 = 0
    private var coding = Coding.storedBlocks
    private var staged: [UInt8] = []
    private var takenCount = 0
    private var output: [UInt8] = []
    /// How many bytes of the output there are.
    private(set) var outputCount = 0

    private static var emptyOutput: [UInt8] {
        [UInt8](repeating: 0, count: StoredBlocks.headerByteCount + StoredBlocks.maximumByteCount)
    }

    /// How many bytes are taken before the compressor is asked.
    private var stageSize: Int { coding == .storedBlocks ? StoredBlocks.maximumByteCount : 32_768 }

    init() {
        staged.reserveCapacity(StoredBlocks.maximumByteCount)
        output = Self.emptyOutput
    }

    deinit {
        unsafe downloadview_deflate_free(fastStream)
        unsafe downloadview_zlib_free(smallStream)
    }

    /// Begins a new stream.
    ///
    /// - Returns: Whether there is memory for it.
    func begin(_ coding: Coding) -> Bool {
        self.coding = coding
        staged.removeAll(keepingCapacity: true)
        takenCount = 0
        // A write that failed has not given it back.
        if output.isEmpty { output = Self.emptyOutput }
        guard case .compressed(let level) = coding else { return true }
        if level == 1 {
            if let fastStream = unsafe fastStream {
                unsafe downloadview_deflate_reset(fastStream)
            } else {
                unsafe fastStream = downloadview_deflate_create()
            }
            return unsafe fastStream != nil
        }
        if let stream = unsafe smallStream, level == smallLevel {
            unsafe downloadview_zlib_reset(stream)
        } else {
            unsafe downloadview_zlib_free(smallStream)
            unsafe smallStream = downloadview_zlib_create(Int32(level))
            smallLevel = level
        }
        return unsafe smallStream != nil
    }

    /// How many bytes can be staged without asking the compressor.
    var room: Int { stageSize - staged.count }

    /// Takes at most ``room`` bytes.
    func stage(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe staged.append(contentsOf: $0) }
    }

    /// Codes what is staged, as far as ``output`` has room.
    ///
    /// - Parameter isLast: Whether the stream ends with it.
    /// - Returns: Whether there is more to code: to be called again with the same argument then.
    func code(isLast: Bool) -> Bool {
        if coding == .storedBlocks {
            let header = StoredBlocks.header(of: staged.count, isLast: isLast)
            output.replaceSubrange(0..<header.count, with: header)
            output.replaceSubrange(header.count..<header.count + staged.count, with: staged)
            outputCount = header.count + staged.count
            staged.removeAll(keepingCapacity: true)
            return false
        }
        var inputCount = UInt32(staged.count - takenCount)
        var outputRoom = UInt32(output.count)
        let result = unsafe staged.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                let start = unsafe input.baseAddress.map { unsafe $0 + takenCount }
                let end: Int32 = isLast ? 1 : 0
                if coding == .compressed(level: 1) {
                    return unsafe downloadview_deflate(
                        fastStream,
                        start,
                        &inputCount,
                        output.baseAddress,
                        &outputRoom,
                        end
                    )
                }
                return unsafe downloadview_zlib(
                    smallStream,
                    start,
                    &inputCount,
                    output.baseAddress,
                    &outputRoom,
                    end
                )
            }
        }
        precondition(result >= 0, "the compressor refused, whose parameters are constants")
        takenCount = staged.count - Int(inputCount)
        outputCount = output.count - Int(outputRoom)
        let isDone = result == 1 || (!isLast && inputCount == 0 && outputRoom > 0)
        if isDone {
            staged.removeAll(keepingCapacity: true)
            takenCount = 0
        }
        return !isDone
    }

    /// Takes the buffer that ``code(isLast:)`` has filled, up to ``outputCount``; it is to be given back.
    func takeOutput() -> [UInt8] {
        let taken = output
        output = []
        return taken
    }

    func giveBack(_ buffer: consuming [UInt8]) {
        output = buffer
    }
}
