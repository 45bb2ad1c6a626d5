import DownloadCore
import TestSupport

@testable import DownloadArchives

/// The bytes that a content writes.
func bytes(of content: some DownloadContent) async throws -> [UInt8] {
    var sink = CollectingSink([])
    try await content.write(to: &sink)
    return sink.finish()
}

/// The bytes of a range that a content writes.
func bytes(_ range: Range<Int64>, of content: some DownloadContent) async throws -> [UInt8] {
    var sink = CollectingSink([])
    try await content.write(range, to: &sink)
    return sink.finish()
}

/// Bytes that differ from place to place, so that none can stand for another.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
    var random = SeededGenerator(seed: UInt64(seed))
    return random.bytes(count)
}

/// How often contents were opened, and from where.
final class Openings {
    var starts: [String: [Int64]] = [:]
    var count: Int { starts.values.reduce(0) { $0 + $1.count } }
}

/// A file over a pattern, with everything open that an archive asks of one.
struct PatternFile: DownloadFile {
    var bytes: [UInt8]
    var name = "file.bin"
    var size: Int64?
    var contentType: String?
    var entityTag: EntityTag?
    var modificationDate: HTTPDate?
    var isRepeatable = true
    var isSeekable = false
    var pieceSize = 1000
    var openings: Openings?
    /// Thrown instead of the byte at this place.
    var failsAt: Int?

    init(_ count: Int, seed: Int = 0, name: String = "file.bin", tag: String? = nil, isSeekable: Bool = false) {
        bytes = pattern(count, seed: seed)
        self.name = name
        size = Int64(count)
        entityTag = tag.map { EntityTag($0) }
        self.isSeekable = isSeekable
    }

    struct Failure: Error {}

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(from: 0, to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(from: Int(range.lowerBound), to: &sink)
    }

    private func write(from start: Int, to sink: inout some ByteSink & ~Copyable) async throws {
        openings?.starts[name, default: []].append(Int64(start))
        var position = start
        while position < bytes.count {
            if let failsAt, position >= failsAt { throw Failure() }
            let end = min(position + pieceSize, failsAt ?? bytes.count, bytes.count)
            try await sink.write(bytes[position..<end])
            position = end
        }
        if let failsAt, failsAt >= bytes.count { throw Failure() }
    }

    func with(_ change: (inout PatternFile) -> Void) -> PatternFile {
        var copy = self
        change(&copy)
        return copy
    }
}

/// A content of so many equal bytes out of one array, which can start in the middle.
struct LargeFile: DownloadFile {
    private static let piece = [UInt8](repeating: 0x41, count: 1 << 20)

    var name = "large.bin"
    var size: Int64?
    var contentType: String? { "video/mp4" }
    var entityTag: EntityTag? { size.map { EntityTag("A\($0)") } }
    var isRepeatable: Bool { true }
    var isSeekable: Bool { true }

    init(_ size: Int64) {
        self.size = size
    }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(0..<(size ?? 0), to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        var left = range.upperBound - range.lowerBound
        while left > 0 {
            let count = min(left, Int64(Self.piece.count))
            try await sink.write(Self.piece[..<Int(count)])
            left -= count
        }
    }
}

/// Keeps the first and the last bytes of what is written, and counts all.
struct EndsSink: ByteSink, ~Copyable {
    private(set) var count: Int64 = 0
    private(set) var tail: [UInt8] = []
    private let tailSize: Int

    init(tailSize: Int) {
        self.tailSize = tailSize
    }

    mutating func write(_ bytes: RawSpan) async throws {
        count += Int64(bytes.byteCount)
        let last = bytes.extracting(last: tailSize)
        unsafe last.withUnsafeBytes { unsafe tail.append(contentsOf: $0) }
        if tail.count > 2 * tailSize { tail.removeFirst(tail.count - tailSize) }
    }

    consuming func finish() -> (count: Int64, tail: [UInt8]) { (count, tail.suffix(tailSize)) }
}
