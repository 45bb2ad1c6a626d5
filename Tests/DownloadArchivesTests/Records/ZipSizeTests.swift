import DownloadCore
import TestSupport
import Testing

@testable import DownloadArchives

/// The sizes that the records add up to, and the boundaries where their form changes.
@Suite struct ZipSizeTests {
    private static let date = HTTPDate(secondsSince1970: 1_700_000_000)

    @Test("A file of 1,000 bytes, a folder, and one of 70,000 with a name of 12 bytes take 71,352 bytes")
    func addsUpStoredEntries() async throws {
        let content = PatternFile(70_000)
        let crc32 = CRC32(of: content.bytes).value
        let file = try ZipFile(name: "a.zip") {
            ZipEntry("readme.txt", PatternFile(1000), modified: Self.date, method: .stored)
            ZipEntry(folder: "d/", modified: Self.date)
            ZipEntry("d/日本.csv", content, modified: Self.date, method: .stored, crc32: crc32)
        }
        #expect(file.size == 71_352)
        #expect(try await bytes(of: file).count == 71_352)
    }

    @Test("With descriptors on both files they take 71,384")
    func addsUpDescriptors() throws {
        let time = EntryTime(Self.date)
        let planned = try ["readme.txt": 1000, "d/日本.csv": 70_000].sorted { $0.key > $1.key }
            .map { path, size in
                var entry = try PlannedEntry(
                    ZipEntry(path, PatternFile(size), method: .stored),
                    at: Array(path.utf8),
                    options: ZipOptions(unknownChecksum: .dataDescriptor)
                )
                entry.time = time
                entry.form = .trailed
                return entry
            }
        var folder = try PlannedEntry(ZipEntry(folder: "d/"), at: Array("d/".utf8), options: ZipOptions())
        folder.time = time
        let list = EntryList(in: nil)
        for entry in [planned[0], folder, planned[1]] { list.append(entry) }
        #expect(list.layout?.size == 71_384)
    }

    @Test("One that is stored behind a descriptor has its CRC-32 there, signed")
    func writesDescriptor() async throws {
        let content = PatternFile(70_000)
        let file = try ZipFile(name: "a.zip", options: ZipOptions(unknownChecksum: .dataDescriptor)) {
            ZipEntry("a.bin", content, method: .stored)
        }
        let all = try await bytes(of: file)
        #expect(file.size == Int64(all.count))
        let descriptor = Array(all[(35 + 70_000)..<(35 + 70_016)])
        #expect(descriptor[..<4].elementsEqual([0x50, 0x4b, 0x07, 0x08]))
        #expect(all[6] == 0x08 && all[8] == 0)
    }

    @Test("An archive of nothing takes 22 bytes")
    func addsUpNothing() async throws {
        let file = try ZipFile(name: "a.zip", entries: [])
        #expect(file.size == 22)
        #expect(try await bytes(of: file) == [0x50, 0x4b, 5, 6] + [UInt8](repeating: 0, count: 18))
    }

    @Test("One stored file of 4 GiB with a name of 5 bytes takes 4,294,967,520")
    func addsUpLargeEntry() throws {
        let file = try ZipFile(name: "a.zip") { ZipEntry("a.mp4", LargeFile(1 << 32), crc32: 1) }
        #expect(file.size == 4_294_967_520)
    }

    /// A size, and the size of the archive of one such entry less that.
    private static let boundaries: [(size: Int64, frame: Int64)] = [
        // 35 and 51 bytes of headers, 22 of the end.
        (0xFFFF_FFFE - 35, 108),
        // The directory begins at 4 GiB - 1: the end takes 76 more.
        (0xFFFF_FFFF - 35, 184),
        (0xFFFF_FFFE, 184),
        // The entry itself: 20 more in each header.
        (0xFFFF_FFFF, 224),
        (1 << 32, 224),
    ]

    @Test("A size needs the 64-bit form from 4 GiB - 1 on, and only then", arguments: boundaries)
    func changesForm(size: Int64, frame: Int64) throws {
        let file = try ZipFile(name: "a.zip") { ZipEntry("a.mp4", LargeFile(size), crc32: 1) }
        #expect(file.size == size + frame)
    }

    @Test(
        "An entry that begins just below 4 GiB has the short form, one that begins there the long one, in the directory"
    )
    func changesOffsetForm() throws {
        for (first, extra) in [(Int64(0xFFFF_FFFE) - 35, Int64(0)), (0xFFFF_FFFF - 35, 12)] {
            let file = try ZipFile(name: "a.zip") {
                ZipEntry("a.mp4", LargeFile(first), crc32: 1)
                ZipEntry("b.mp4", LargeFile(1), crc32: 1)
            }
            // The directory begins behind the second, so the archive has the 64-bit end either way.
            let records: Int64 = 35 + 36 + 51 + 51 + 98
            #expect(file.size == first + extra + records)
        }
    }

    @Test(
        "The number of entries needs it from 65,535 on",
        arguments: [(65_534, 22), (65_535, 98)] + (isThorough ? [(65_536, 98), (100_000, 98)] : [])
    )
    func countsEntries(count: Int, end: Int) async throws {
        let file = try ZipFile(
            name: "a.zip",
            entries: (0..<count).lazy.map { ZipEntry(folder: "\(1_000_000 + $0)") }
        )
        let all = try await bytes(of: file)
        #expect(all.count == count * (38 + 54) + end)
        #expect(file.size == Int64(all.count))
        #expect(Array(Array(all.suffix(22))[10..<12]) == (count >= 65_535 ? [0xff, 0xff] : [0xfe, 0xff]))
        // What streams the same entries writes the same bytes. A debug build takes two seconds for it.
        guard count == 65_535 || isThorough else { return }
        let streamed = ZipFile(name: "a.zip", streaming: (0..<count).lazy.map { ZipEntry(folder: "\(1_000_000 + $0)") })
        #expect(try await bytes(of: streamed) == all)
    }

    @Test("A sum of sizes beyond Int64 is unknown")
    func survivesOverflow() throws {
        let file = try ZipFile(name: "a.zip") {
            for path in ["a.mp4", "b.mp4", "c.mp4"] { ZipEntry(path, LargeFile(.max / 2), crc32: 1) }
        }
        #expect(file.size == nil)
        #expect(try ZipFile(name: "a.zip") { ZipEntry("a.mp4", LargeFile(.max)) }.size == nil)
    }

    @Test("The size is what is written, whatever the entries")
    func addsUpRandomEntries() async throws {
        var random = SeededGenerator(seed: 5)
        for _ in rounds(60) {
            var entries: [ZipEntry] = []
            for number in 0..<random.below(6) {
                let size = random.pick([0, 1, 1000, 65_534, 65_535, 65_536, 65_537, 131_070, 131_071, 200_000])
                let file = PatternFile(size, seed: number, isSeekable: random.below(2) == 0)
                    .with { $0.pieceSize = random.pick([1000, 65_536, 7919]) }
                var entry = ZipEntry("\(number)-" + random.hostileName(), file, method: .stored)
                if random.below(3) == 0 { entry.crc32 = CRC32(of: file.bytes).value }
                if random.below(3) == 0 {
                    entry.modificationDate = HTTPDate(secondsSince1970: Int64(random.below(1 << 32)))
                }
                if random.below(4) == 0 { entry.comment = random.hostileName() }
                entries.append(entry)
            }
            let unknown: ZipOptions.UnknownChecksum = random.below(2) == 0 ? .storedBlocks : .dataDescriptor
            let options = ZipOptions(duplicates: .numbered, unknownChecksum: unknown)
            let file = try ZipFile(name: "a.zip", options: options, entries: entries)
            let all = try await bytes(of: file)
            #expect(file.size == Int64(all.count))
        }
    }
}
