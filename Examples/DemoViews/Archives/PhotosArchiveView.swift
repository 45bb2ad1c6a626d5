import DownloadArchives
import VirtualDownloads

/// Some pictures in one archive: `/archive/photos.zip`. They are stored, so its size is known and it can be resumed.
struct PhotosArchiveView: VirtualDownloadView {
    private static let checksums = ZipChecksums()
    private static let readMe = ContentFile("Twelve pictures, drawn while you download them.\n")
        .validated(by: EntityTag("1"))

    func file(for request: DownloadRequest) throws -> ZipFile {
        try ZipFile(name: "photos.zip", remembering: Self.checksums) {
            for number in 1...12 {
                ZipEntry("photos/picture-\(number).bmp", Picture(number: number), method: .stored)
            }
            ZipEntry("readme.txt", Self.readMe, method: .stored)
        }
    }
}

/// A picture that is drawn row by row: a gradient of 640 by 480 pixels (Windows bitmap, 24 bits).
struct Picture: DownloadFile {
    private static let width = 640
    private static let height = 480
    private static let headerByteCount = 54
    private static var rowByteCount: Int { width * 3 }

    let number: Int

    var name: String { "picture-\(number).bmp" }
    var size: Int64? { Int64(Self.headerByteCount + Self.rowByteCount * Self.height) }
    var entityTag: EntityTag? { EntityTag(of: "picture", number, 1) }
    var modificationDate: HTTPDate? { HTTPDate(secondsSince1970: 1_777_593_600 + Int64(number) * 3600) }
    var isRepeatable: Bool { true }
    var isSeekable: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(0..<(size ?? 0), to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        var position = Int(range.lowerBound)
        while position < Int(range.upperBound) {
            let (start, piece) = piece(at: position)
            let part = piece[(position - start)..<min(piece.count, Int(range.upperBound) - start)]
            try await sink.write(part)
            position += part.count
        }
    }

    /// The header or the row that a byte is in, and where it begins.
    private func piece(at position: Int) -> (start: Int, bytes: [UInt8]) {
        guard position >= Self.headerByteCount else { return (0, header) }
        let row = (position - Self.headerByteCount) / Self.rowByteCount
        return (Self.headerByteCount + row * Self.rowByteCount, pixels(ofRow: row))
    }

    private var header: [UInt8] {
        var bytes = Array("BM".utf8)
        func append(_ value: Int, bytes count: Int) {
            for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
        }
        append(Self.headerByteCount + Self.rowByteCount * Self.height, bytes: 4)
        append(0, bytes: 4)
        append(Self.headerByteCount, bytes: 4)
        append(40, bytes: 4)
        append(Self.width, bytes: 4)
        append(Self.height, bytes: 4)
        append(1, bytes: 2)
        append(24, bytes: 2)
        append(0, bytes: 4)
        append(Self.rowByteCount * Self.height, bytes: 4)
        for _ in 0..<4 { append(0, bytes: 4) }
        return bytes
    }

    private func pixels(ofRow row: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.rowByteCount)
        for column in 0..<Self.width {
            bytes.append(UInt8(truncatingIfNeeded: column * 255 / Self.width))
            bytes.append(UInt8(truncatingIfNeeded: row * 255 / Self.height))
            bytes.append(UInt8(truncatingIfNeeded: number * 20))
        }
        return bytes
    }
}
