import DownloadCore

/// The sink that an entry's file writes its content into: counts it, takes its CRC-32, and hands it on in the form that
/// the entry has.
///
/// The local header is written before the first byte that is handed on. What the file makes of an error that is thrown
/// into it does not count: after one nothing is accepted, and ``outcome`` has it.
struct EntrySink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    /// Thrown into a file when no more of its bytes are wanted: not a failure.
    struct Done: Error {}

    private var base: Base
    private let form: PlannedEntry.Form
    private let declared: Int64?
    private let storedLimit: Int64
    private var header: [UInt8]
    private let deflater: Deflater?
    /// From where on the content is handed on, and from where on nothing more is wanted.
    private let wanted: Range<Int64>
    /// How many bytes of a block's header are not wanted, where the range begins inside it.
    private var headerBytesToDrop: Int
    private var checksum: CRC32
    /// From where on the CRC-32 is taken.
    private let checksumStart: Int64
    /// Where in the content the next byte belongs.
    private(set) var position: Int64
    /// How many bytes were handed on in the entry's form.
    private(set) var storedSize: Int64 = 0
    /// Whether anything was handed on, the local header included.
    private(set) var hasBegun = false
    /// Why nothing more is accepted: an error of the sink behind, or a content that is too long.
    private(set) var failure: (any Error)?
    /// Whether ``failure`` is the sink's behind.
    private(set) var isBaseFailure = false

    /// Creates a sink.
    ///
    /// - Parameters:
    ///   - header: What precedes the first byte.
    ///   - wanted: The part of the content to hand on.
    ///   - position: Where in the content the file begins to write: not behind `wanted`.
    ///   - known: The CRC-32 of the first bytes, if it is to go on from there.
    ///   - storedLimit: The most bytes that the content may take in the archive.
    init(
        _ base: consuming Base,
        form: PlannedEntry.Form,
        declared: Int64?,
        header: [UInt8],
        wanted: Range<Int64> = 0..<Int64.max,
        blockHeaderBytesToDrop: Int = 0,
        startingAt position: Int64 = 0,
        known: ZipChecksums.Prefix = .init(count: 0, crc32: 0),
        deflater: Deflater? = nil,
        storedLimit: Int64 = .max
    ) {
        self.base = base
        self.form = form
        self.declared = declared
        self.header = header
        self.wanted = wanted
        headerBytesToDrop = blockHeaderBytesToDrop
        self.position = position
        checksumStart = known.count
        checksum = CRC32(resuming: known.crc32)
        self.deflater = deflater
        self.storedLimit = storedLimit
    }

    /// What is known of the content now: nil where a part of it was left out.
    var prefix: ZipChecksums.Prefix? {
        position >= checksumStart ? ZipChecksums.Prefix(count: position, crc32: checksum.value) : nil
    }

    // MARK: - Writing

    mutating func write(_ bytes: RawSpan) async throws {
        if let failure { throw failure }
        guard position < wanted.upperBound else { throw Done() }
        let count = Int64(bytes.byteCount)
        if let declared, count > declared - position {
            let error = ContentLengthMismatch(declared: declared, written: position + count)
            failure = error
            throw error
        }
        take(bytes)
        let start = position
        position += count
        if position <= wanted.lowerBound {
            do {
                try await pauseAfterDropping(from: start, to: position)
            } catch {
                fail(error)
                throw error
            }
            // The end of a content that is run for its CRC-32 alone.
            if position == wanted.upperBound { throw Done() }
            return
        }
        let part =
            bytes
            .extracting(droppingFirst: Int(max(0, wanted.lowerBound - start)))
            .extracting(first: Int(clamping: wanted.upperBound - max(start, wanted.lowerBound)))
        do {
            try await forward(part, from: max(start, wanted.lowerBound))
        } catch {
            fail(error)
            throw error
        }
        if position >= wanted.upperBound { throw Done() }
    }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        let count = Int64(bytes.byteCount)
        guard failure == nil, position >= wanted.lowerBound, count < wanted.upperBound - position,
            count <= (declared ?? .max) - position, hasBegun || deflater != nil
        else { return false }
        if let deflater {
            guard count < deflater.room else { return false }
            deflater.stage(bytes)
        } else {
            if form == .framed {
                // A block's header is for `write`.
                let within = position % Int64(StoredBlocks.maximumByteCount)
                guard within > 0, count <= Int64(StoredBlocks.maximumByteCount) - within else { return false }
            }
            guard count <= storedLimit - storedSize, base.writeAtOnce(bytes) else { return false }
            storedSize += count
        }
        take(bytes)
        position += count
        return true
    }

    /// Hands on what is left, and the header if nothing else was. To be called when the file has ended.
    ///
    /// - Throws: ``ContentLengthMismatch`` if the content is shorter than declared; what the file made of an error
    ///   before.
    mutating func end() async throws {
        if let failure { throw failure }
        if let declared, position < min(declared, wanted.upperBound) {
            throw ContentLengthMismatch(declared: declared, written: position)
        }
        do {
            try await flushHeader()
            if let deflater, !wanted.isEmpty { try await compress(deflater, isLast: true) }
        } catch {
            fail(error)
            throw error
        }
    }

    /// The sink behind, handed back.
    consuming func finish() -> Base { base }

    private mutating func fail(_ error: any Error) {
        failure = error
        isBaseFailure = true
    }

    /// Takes the CRC-32 of bytes that begin at ``position``.
    @inline(__always)
    private mutating func take(_ bytes: RawSpan) {
        let known = checksumStart - position
        checksum.update(known > 0 ? bytes.extracting(droppingFirst: Int(clamping: known)) : bytes)
    }

    private mutating func forward(_ bytes: RawSpan, from start: Int64) async throws {
        guard !bytes.isEmpty else { return }
        if let deflater {
            var rest = bytes
            while rest.byteCount >= deflater.room {
                let piece = rest.extracting(first: deflater.room)
                rest = rest.extracting(droppingFirst: piece.byteCount)
                deflater.stage(piece)
                try await compress(deflater, isLast: false)
            }
            deflater.stage(rest)
            return
        }
        try await flushHeader()
        guard form == .framed, let declared else { return try await send(bytes) }
        let blockSize = Int64(StoredBlocks.maximumByteCount)
        var rest = bytes
        var position = start
        while !rest.isEmpty {
            let within = position % blockSize
            if within == 0 {
                let left = declared - position
                let header = StoredBlocks.header(of: Int(min(left, blockSize)), isLast: left <= blockSize)
                let kept = header.dropFirst(headerBytesToDrop)
                headerBytesToDrop = 0
                if !kept.isEmpty { try await send(unsafe kept.span.bytes) }
            }
            let piece = rest.extracting(first: Int(blockSize - within))
            try await send(piece)
            position += Int64(piece.byteCount)
            rest = rest.extracting(droppingFirst: piece.byteCount)
        }
    }

    private mutating func compress(_ deflater: Deflater, isLast: Bool) async throws {
        var hasMore = true
        while hasMore {
            hasMore = deflater.code(isLast: isLast)
            guard deflater.outputCount > 0 else { continue }
            try await flushHeader()
            let output = deflater.takeOutput()
            try await send(unsafe output.span.bytes.extracting(first: deflater.outputCount))
            deflater.giveBack(output)
        }
        // The compressor's work gives way as dropped bytes do.
        try await pauseAfterDropping(from: max(0, position - 65_536), to: position)
    }

    private mutating func flushHeader() async throws {
        hasBegun = true
        guard !header.isEmpty else { return }
        let bytes = header
        header = []
        try await base.write(unsafe bytes.span.bytes)
    }

    private mutating func send(_ bytes: RawSpan) async throws {
        guard Int64(bytes.byteCount) <= storedLimit - storedSize else { throw EntryTooLarge() }
        storedSize += Int64(bytes.byteCount)
        if base.writeAtOnce(bytes) { return }
        try await base.write(bytes)
    }
}

/// The content of an entry does not fit into the fields that its header has.
struct EntryTooLarge: Error {}

/// Where a content is run into for its CRC-32 alone.
struct NoSink: ByteSink, ~Copyable {
    mutating func write(_ bytes: RawSpan) async throws {}
    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool { true }
}
