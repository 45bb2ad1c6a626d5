internal import CISAL

/// A stream of raw deflate (RFC 1951) in constant memory, some 0.45 MiB; used again for one entry after the other.
///
/// Small pieces are collected, so that the compressor is asked for 32 KiB at a time.
///
/// `@safe`: the pointer is this object's own from its creation to its end, and C is handed spans whose lengths go with
/// them.
@safe final class Deflater {
    /// How a stream is coded.
    enum Coding {
        /// Compressed by ISA-L: its bytes depend on its version, and on the processor.
        case compressed
        /// In stored blocks of 65,535 bytes: for a content that is compressed already and whose size is unknown.
        case storedBlocks
    }

    private let stream: UnsafeMutablePointer<isal_zstream>
    private var coding = Coding.compressed
    private var staged: [UInt8] = []
    private var takenCount = 0
    private var output: [UInt8] = []
    /// How many bytes of the output there are.
    private(set) var outputCount = 0

    private static var emptyOutput: [UInt8] {
        [UInt8](repeating: 0, count: StoredBlocks.headerByteCount + StoredBlocks.maximumByteCount)
    }

    /// How many bytes are taken before the compressor is asked.
    private var stageSize: Int { coding == .compressed ? 32_768 : StoredBlocks.maximumByteCount }

    /// Creates a compressor; nil if there is no memory for it.
    init?() {
        guard let stream = unsafe downloadview_deflate_create() else { return nil }
        unsafe (self.stream = stream)
        staged.reserveCapacity(StoredBlocks.maximumByteCount)
        output = Self.emptyOutput
    }

    deinit {
        unsafe downloadview_deflate_free(stream)
    }

    /// Begins a new stream.
    func begin(_ coding: Coding) {
        self.coding = coding
        staged.removeAll(keepingCapacity: true)
        takenCount = 0
        // A write that failed has not given it back.
        if output.isEmpty { output = Self.emptyOutput }
        unsafe downloadview_deflate_reset(stream)
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
                unsafe downloadview_deflate(
                    stream,
                    unsafe input.baseAddress.map { unsafe $0 + takenCount },
                    &inputCount,
                    output.baseAddress,
                    &outputRoom,
                    isLast ? 1 : 0
                )
            }
        }
        precondition(result >= 0, "ISA-L refused to compress, whose parameters are constants")
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
