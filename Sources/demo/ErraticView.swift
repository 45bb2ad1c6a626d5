import Glibc
import VirtualDownloads

/// `/test/erratic?n=BYTES`: a content of which each byte depends on its place alone, written in pieces of all sizes with all kinds of
/// pauses between them. What else the query may say:
///
/// - `as=KIND`: by which wrapper (``ErraticContent/Kind``);
/// - `seed=S`: decides on the pieces and the pauses;
/// - `shift=PLACE`: with which byte of ``ErraticBytes`` it begins, so that two contents differ everywhere;
/// - `size=1`: the size is declared; `tag=1`: and so is a validator, for ranges;
/// - `end=PLACE`: it ends there, whatever was declared; `throws=1`: with an error;
/// - `stubborn=1`: the generator goes on after a write that failed, as if nothing were.
struct ErraticView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let count = try query.integer("n", in: 0...ErraticBytes.maximumCount) ?? 1_000_000
        guard let kind = ErraticContent.Kind(rawValue: query["as"] ?? "closure") else { throw FileNotFound() }
        let shift = try query.integer("shift", in: 0...ErraticBytes.maximumShift) ?? 0
        let content = ErraticContent(
            kind: kind,
            seed: try query.integer("seed", in: 0...UInt64.max) ?? 0,
            shift: shift,
            end: try query.integer("end", in: 0...ErraticBytes.maximumCount) ?? count,
            fails: query["throws"] == "1",
            isStubborn: query["stubborn"] == "1"
        )
        let file = VirtualFile(content, name: "erratic.bin", size: query["size"] == "1" ? Int64(count) : nil)
        return query["tag"] == "1" ? file.validated(by: EntityTag("\(count)-\(shift)")) : file
    }
}

/// Blocks of 16 hexadecimal digits, the mixed number of the block: `Tests/Hostile/integrity.py` computes the same.
private enum ErraticBytes {
    static let maximumCount = 4_194_304
    static let maximumShift = 2_097_152

    static let all: [UInt8] = {
        let digits = Array("0123456789abcdef".utf8)
        return unsafe [UInt8](unsafeUninitializedCapacity: maximumCount + maximumShift) { bytes, count in
            for block in 0..<bytes.count / 16 {
                var number = UInt64(block) &* 0x9E37_79B9_7F4A_7C15
                number ^= number >> 29
                for place in 0..<16 {
                    unsafe bytes[block * 16 + place] = digits[Int(number >> (60 - UInt64(place) * 4) & 15)]
                }
            }
            count = bytes.count
        }
    }()
}

/// What a generator of an erratic content does next, by chance; the same for the same seed.
private struct Whims: RandomNumberGenerator {
    private var state: UInt64
    /// What most pieces are like for a while: tiny, near the sizes of buffers, or of any size.
    private var mood = 0
    private var hurry = 0

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func chance(_ one: Int, in many: Int) -> Bool { below(many) < one }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

    mutating func pieceSize() -> Int {
        if chance(1, in: 40) { mood = below(5) }
        if chance(1, in: 60) { return 0 }
        switch chance(1, in: 8) ? below(5) : mood {
        case 0: return 1 + below(16)
        case 1: return 1 + below(3000)
        case 2: return (8192 << below(4)) - 40 + below(48)
        case 3: return 65_490 + below(60)
        default: return 1 + below(300_000)
        }
    }

    /// What happens before a piece.
    enum Pause {
        case none
        case yield
        case sleep(microseconds: Int)
        /// On Swift's own threads and back.
        case hop
        case block(microseconds: UInt32)
    }

    mutating func pause() -> Pause {
        if chance(1, in: 40) { hurry = [1, 2, 4, 30, 300][below(5)] }
        guard chance(1, in: max(1, hurry)) else { return .none }
        switch below(100) {
        case 0..<20: return .none
        case 20..<50: return .yield
        case 50..<75: return .sleep(microseconds: below(10) == 0 ? below(5000) : below(300))
        case 75..<90: return .hop
        // Long enough, at times, for the server to look at what its thread has left unsent.
        default: return .block(microseconds: UInt32(chance(1, in: 150) ? 130_000 : below(400)))
        }
    }
}

extension Whims.Pause {
    func take() async throws {
        switch self {
        case .none: break
        case .yield: await Task.yield()
        case .sleep(let microseconds): try await Task.sleep(for: .microseconds(microseconds))
        case .hop: await Task.detached {}.value
        case .block(let microseconds): usleep(microseconds)
        }
    }

    /// What of it a generator can do that is not asynchronous.
    func takeAtOnce() {
        if case .block(let microseconds) = self { usleep(microseconds) }
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
    var canStartInTheMiddle: Bool { kind == .own }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(from: 0, to: &sink)
    }

    func write(from offset: Int64, to sink: inout some ByteSink & ~Copyable) async throws {
        let pieces = ErraticPieces(
            whims: Whims(seed: seed),
            rest: shift + min(Int(offset), end)..<shift + end
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
