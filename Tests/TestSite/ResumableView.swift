import VirtualDownloads

/// A large file that can be had in parts: numbered lines of 16 bytes, so that every part differs. `?n=BYTES&name=NAME`
struct ResumableView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let count = try query.integer("n", in: 0...NumberedLines.maximumCount) ?? 1_048_576
        return VirtualFile(NumberedLines(count: count), name: query["name"] ?? "numbers.txt")
            .validated(by: EntityTag("numbers-\(count)"))
    }
}

/// Lines of 15 digits, numbered from 0, in so many bytes.
struct NumberedLines: DownloadContent {
    /// The bytes of as many lines as 15 digits can number.
    static let maximumCount: Int64 = 16_000_000_000_000_000

    let count: Int64

    var size: Int64? { count }
    var isRepeatable: Bool { true }
    var isSeekable: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(0..<count, to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        var position = range.lowerBound
        while position < range.upperBound {
            let first = position / 16
            let lines = min(4096, (range.upperBound - first * 16 + 15) / 16)
            var piece: [UInt8] = []
            piece.reserveCapacity(Int(lines) * 16)
            for line in first..<first + lines {
                var digits = [UInt8](repeating: UInt8(ascii: "0"), count: 15)
                var rest = line
                var index = 14
                while rest > 0 {
                    digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                    index -= 1
                }
                piece += digits
                piece.append(UInt8(ascii: "\n"))
            }
            let start = Int(position - first * 16)
            let end = min(piece.count, Int(range.upperBound - first * 16))
            try await sink.write(piece[start..<end])
            position = first * 16 + Int64(end)
        }
    }
}
