import VirtualDownloads

struct ErraticContent: DownloadContent {
    enum Kind: String {
        /// A closure, which writes in every way there is.
        case closure
        /// A closure, which writes on threads that are not the server's.
        case elsewhere
        case texts, substrings, bytes, slices, iterator
        case async, stream
        /// A content of its own, which can start in the middle.
        case own
        case memory
    }

    let kind: Kind
    let seed: UInt64
    let shift: Int
    let end: Int
    let fails: Bool
    let isStubborn: Bool

    var isRepeatable: Bool { true }
    var isSeekable: Bool { kind == .own }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(0..<Int64(end), to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        let pieces = ErraticPieces(
            whims: Whims(seed: seed),
            rest: shift + min(Int(range.lowerBound), end)..<shift + min(Int(range.upperBound), end)
        )
        switch kind {
        case .closure: try await ContentWriter { sink in try await writePieces(pieces, to: &sink) }.write(to: &sink)
        case .own: try await writePieces(pieces, to: &sink)
        case .elsewhere:
            try await ContentWriter { sink in
                for try await piece in AwaitedPieces(pieces: pieces) {
                    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await sink.write(piece) }
                }
            }
            .write(to: &sink)
        case .texts:
            let texts = pieces.mapped { String(decoding: $0, as: UTF8.self) }
            try await TextIteratorIO(texts).write(to: &sink)
        case .substrings:
            let texts = pieces.mapped { String(decoding: [UInt8(ascii: "!")] + $0, as: UTF8.self).dropFirst() }
            try await TextIteratorIO(texts).write(to: &sink)
        case .bytes: try await BytesIteratorIO(pieces.mapped { Array($0) }).write(to: &sink)
        case .slices: try await BytesIteratorIO(pieces.mapped { $0 }).write(to: &sink)
        case .iterator: try await BytesIteratorIO(pieces).write(to: &sink)
        case .async: try await AsyncIteratorIO(AwaitedPieces(pieces: pieces)).write(to: &sink)
        case .stream: try await AsyncIteratorIO(stream(of: pieces)).write(to: &sink)
        case .memory: try await BytesIO(Array(ErraticBytes.all[pieces.rest])).write(to: &sink)
        }
        if fails { throw TestFailure() }
    }

    /// What another task yields.
    private func stream(of pieces: ErraticPieces) -> AsyncThrowingStream<String, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task.detached {
                do {
                    for try await piece in AwaitedPieces(pieces: pieces) {
                        continuation.yield(String(decoding: piece, as: UTF8.self))
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func writePieces(_ pieces: ErraticPieces, to sink: inout some ByteSink & ~Copyable) async throws {
        var pieces = pieces
        // Overwritten after each write: a sink must not look at it any more.
        var buffer: [UInt8] = []
        while let range = pieces.nextRange() {
            do {
                try await pieces.whims.pause().take()
            } catch {
                guard isStubborn else { throw error }
            }
            do {
                let bytes = ErraticBytes.all[range]
                switch pieces.whims.below(5) {
                case 0: try await sink.write(bytes)
                case 1: try await sink.write(String(decoding: bytes, as: UTF8.self))
                case 2: try await sink.write(unsafe bytes.span.bytes)
                case 3:
                    if sink.writeAtOnce(unsafe bytes.span.bytes) { continue }
                    try await sink.write(unsafe bytes.span.bytes)
                default:
                    buffer = Array(bytes)
                    defer { for place in buffer.indices { buffer[place] = UInt8(ascii: "!") } }
                    try await sink.write(buffer)
                }
            } catch {
                guard isStubborn else { throw error }
            }
        }
    }
}

/// The pieces of an erratic content, and what happens between them.
private struct ErraticPieces: IteratorProtocol {
    var whims: Whims
    var rest: Range<Int>

    mutating func nextRange() -> Range<Int>? {
        guard !rest.isEmpty else { return nil }
        let range = rest.prefix(whims.pieceSize())
        rest = range.upperBound..<rest.upperBound
        return range
    }

    mutating func next() -> ArraySlice<UInt8>? {
        whims.pause().takeAtOnce()
        return nextRange().map { ErraticBytes.all[$0] }
    }

    /// The pieces for a generator that is not asynchronous.
    func mapped<Piece>(_ transform: @escaping (ArraySlice<UInt8>) -> Piece) -> some Sequence<Piece> {
        sequence(state: self) { pieces in
            let piece: ArraySlice<UInt8>? = pieces.next()
            return piece.map(transform)
        }
    }
}

/// The pieces for a generator that is asynchronous.
private struct AwaitedPieces: AsyncSequence, AsyncIteratorProtocol {
    var pieces: ErraticPieces

    mutating func next() async throws -> ArraySlice<UInt8>? {
        try await pieces.whims.pause().take()
        return pieces.nextRange().map { ErraticBytes.all[$0] }
    }

    func makeAsyncIterator() -> AwaitedPieces { self }
}
