import DownloadCore
import DownloadTesting
import TestSupport
import Testing

@testable import DownloadArchives

@Suite struct ZipRangeTests {
    private func archive(
        of files: [PatternFile],
        _ unknown: ZipOptions.UnknownChecksum = .storedBlocks,
        remembering memory: ZipChecksums? = nil
    ) throws -> ZipFile {
        try ZipFile(
            name: "a.zip",
            options: ZipOptions(unknownChecksum: unknown),
            remembering: memory,
            entries: files.map { ZipEntry($0.name, $0, method: .stored) }
        )
    }

    private func files(isSeekable: Bool, _ openings: Openings? = nil) -> [PatternFile] {
        [0, 10, 140_000, 300, 66_000].enumerated()
            .map { index, size in
                PatternFile(size, seed: index, name: "\(index).bin", tag: "t\(index)", isSeekable: isSeekable)
                    .with { $0.openings = openings }
            }
    }

    @Test(
        "Every range has the bytes that the whole archive has there",
        arguments: [true, false],
        [ZipOptions.UnknownChecksum.storedBlocks, .dataDescriptor]
    )
    func writesRanges(isSeekable: Bool, unknown: ZipOptions.UnknownChecksum) async throws {
        let all = try await bytes(of: archive(of: files(isSeekable: isSeekable), unknown))
        var random = SeededGenerator(seed: 11)
        let size = all.count
        let places = [
            0, 1, 29, 30, 35, 36, 80, 150, 160, 65_700, 65_730, 140_100, 140_400, size - 400, size - 23, size - 22,
            size - 1,
        ]
        let memory = ZipChecksums()
        for round in 0..<60 {
            let start = round < places.count ? places[round] : random.below(size)
            let end = round % 3 == 0 ? size : min(size, start + 1 + random.below(random.pick([1, 40, 70_000, size])))
            let remembered = round % 2 == 0 ? nil : memory
            let file = try archive(of: files(isSeekable: isSeekable), unknown, remembering: remembered)
            let part = try await bytes(Int64(start)..<Int64(end), of: file)
            // Compared apart: two arrays would fill the log.
            let isEqual = part.elementsEqual(all[start..<end])
            #expect(isEqual, "\(start)..<\(end)")
        }
    }

    @Test("A range in the last entry opens that entry alone, once")
    func opensOneEntry() async throws {
        let openings = Openings()
        let file = try archive(of: files(isSeekable: true, openings))
        let size = try #require(file.size)
        _ = try await bytes(size - 30_000..<size - 20_000, of: file)
        #expect(openings.starts.keys.sorted() == ["4.bin"])
        #expect(openings.count == 1)
    }

    @Test("What is finished is remembered: the end of the archive runs nothing again")
    func remembersChecksums() async throws {
        let memory = ZipChecksums()
        let all = try await bytes(of: archive(of: files(isSeekable: true), remembering: memory))
        let openings = Openings()
        let file = try archive(of: files(isSeekable: true, openings), remembering: memory)
        let start = Int64(all.count) - 250
        #expect(file.skippedBytes(for: start..<Int64(all.count)) == 0)
        #expect(try await bytes(start..<Int64(all.count), of: file) == Array(all.suffix(250)))
        #expect(openings.count == 0)
    }

    @Test("A download that broke off inside an entry goes on there without what is before it")
    func resumesInsideEntry() async throws {
        let memory = ZipChecksums()
        let file = try archive(of: files(isSeekable: true), remembering: memory)
        let all = try await bytes(of: archive(of: files(isSeekable: true)))
        // The client has had 100,000 bytes, the server has produced 110,000.
        do {
            var sink = RangeSink(CollectingSink([]), range: 0..<110_000)
            try? await file.write(to: &sink)
        }
        let openings = Openings()
        let again = try archive(of: files(isSeekable: true, openings), remembering: memory)
        let rest = Int64(100_000)..<Int64(all.count)
        #expect(again.skippedBytes(for: rest) == 0)
        #expect(try await bytes(rest, of: again) == Array(all[100_000...]))
        #expect(try #require(openings.starts["2.bin"]).allSatisfy { $0 > 99_000 })
        #expect(openings.starts["0.bin"] == nil && openings.starts["1.bin"] == nil)
    }

    @Test("What a range costs in vain is known beforehand")
    func countsSkippedBytes() async throws {
        let file = try archive(of: files(isSeekable: true))
        let size = try #require(file.size)
        #expect(file.skippedBytes(for: 0..<size) == 0)
        #expect(file.skippedBytes(for: size - 22..<size) == 10 + 140_000 + 300 + 66_000)
        #expect(file.skippedBytes(for: 100_000..<size) >= 99_000)
        #expect(file.skippedBytes(for: 100_000..<101_000) == 0)
    }

    @Test("A view answers a range that costs more than it allows with the whole archive")
    func holdsMaximumSkip() async throws {
        struct ArchiveView: VirtualDownloadView {
            var maximumSkippedBytes: Int64

            func file(for request: DownloadRequest) throws -> ZipFile {
                try ZipFile(name: "a.zip") {
                    ZipEntry("a.bin", PatternFile(100_000, tag: "a", isSeekable: false), method: .stored)
                    ZipEntry("b.bin", PatternFile(10, tag: "b"), method: .stored)
                }
            }
        }
        let request = DownloadRequest.get("/a.zip", headerFields: [.range: "bytes=-30"])
        #expect(try await ArchiveView(maximumSkippedBytes: 1000).response(to: request).status == .ok)
        #expect(try await ArchiveView(maximumSkippedBytes: 1 << 20).response(to: request).status == .partialContent)
    }

    @Test("A wrong CRC-32 fails the download and is forgotten")
    func noticesWrongChecksum() async throws {
        let file = try ZipFile(name: "a.zip") { ZipEntry("a.bin", PatternFile(100_000), method: .stored, crc32: 1) }
        let error = await #expect(throws: ZipError.self) { try await bytes(of: file) }
        #expect(error?.code == .checksumMismatch)
    }

    @Test("The memory has its bounds, and keeps what was used last")
    func boundsMemory() throws {
        let memory = ZipChecksums(capacity: 10)
        let entries = try (0..<100)
            .map { number in
                try PlannedEntry(
                    ZipEntry("\(number)", PatternFile(1, tag: "\(number)"), method: .stored),
                    at: Array("\(number)".utf8),
                    options: ZipOptions()
                )
            }
        for entry in entries {
            memory.remember(.init(count: 1, crc32: 7), of: try #require(ZipChecksums.Key(entry)))
            _ = memory.prefix(of: try #require(ZipChecksums.Key(entries[0])))
        }
        #expect(memory.count <= 10)
        #expect(memory.prefix(of: try #require(ZipChecksums.Key(entries[0]))) != nil)
        #expect(memory.prefix(of: try #require(ZipChecksums.Key(entries[50]))) == nil)
    }
}
