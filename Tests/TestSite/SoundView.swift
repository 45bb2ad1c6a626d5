import VirtualDownloads

/// `/test/sound?n=BYTES`: a sound of so many bytes (44 at least), which a browser plays and seeks in.
struct SoundView: VirtualDownloadView {
    var attachment: Bool { false }
    var mimeType: String? { "audio/wav" }

    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let count = try request.query.integer("n", in: 44...Int64(UInt32.max)) ?? 1_764_044
        return VirtualFile(Sound(count: count), name: "sound.wav").validated(by: EntityTag("sound-\(count)"))
    }
}

/// 44,100 times a second two samples of 16 bits, behind the 44 bytes of a RIFF header. Each byte depends on its place
/// alone.
private struct Sound: DownloadContent {
    let count: Int64

    var size: Int64? { count }
    var isRepeatable: Bool { true }
    var isSeekable: Bool { true }

    private var header: [UInt8] {
        func bytes(_ value: Int64, _ width: Int64) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let format =
            bytes(16, 4) + bytes(1, 2) + bytes(2, 2) + bytes(44_100, 4) + bytes(176_400, 4) + bytes(4, 2) + bytes(16, 2)
        return Array("RIFF".utf8) + bytes(count - 8, 4) + Array("WAVEfmt ".utf8) + format + Array("data".utf8)
            + bytes(count - 44, 4)
    }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(0..<count, to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        var position = range.lowerBound
        if position < 44 {
            let end = min(44, range.upperBound)
            try await sink.write(header[Int(position)..<Int(end)])
            position = end
        }
        while position < range.upperBound {
            let end = min(position + 65_536, range.upperBound)
            try await sink.write((position..<end).map { UInt8(truncatingIfNeeded: $0 % 251) })
            position = end
        }
    }
}
