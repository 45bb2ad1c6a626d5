import DownloadCore
import Testing

@testable import DownloadArchives

/// The bytes of the records, field by field (APPNOTE.TXT 6.3 §4.3).
@Suite struct ZipRecordsTests {
    private static let date = HTTPDate(secondsSince1970: 1_700_000_001)

    private func planned(_ entry: ZipEntry, form: PlannedEntry.Form? = nil) throws -> PlannedEntry {
        var planned = try PlannedEntry(entry, at: Array(entry.path.utf8), options: ZipOptions())
        if let form { planned.form = form }
        return planned
    }

    private func central(_ entry: PlannedEntry, storedSize: Int64? = nil, offset: Int64 = 7) -> [UInt8] {
        ZipRecords.centralEntry(
            of: entry,
            FinishedEntry(
                crc32: 0x0102_0304,
                size: entry.size ?? 0,
                storedSize: storedSize ?? entry.size ?? 0,
                offset: offset
            )
        )
    }

    /// A number of so many bytes, the lowest first.
    private func number(_ bytes: [UInt8], at offset: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }

    @Test("The local header of a stored entry has its sizes and its CRC-32, and no descriptor follows")
    func writesLocalHeader() throws {
        let entry = try planned(ZipEntry("a.bin", PatternFile(1000), modified: Self.date, method: .stored))
        let header = ZipRecords.localHeader(of: entry, crc32: 0x0102_0304)
        #expect(number(header, at: 0, 4) == 0x0403_4b50)
        #expect(number(header, at: 4, 2) == 10 && number(header, at: 6, 2) == 0 && number(header, at: 8, 2) == 0)
        // 22:13:20 and 2023-11-14.
        #expect(number(header, at: 10, 2) == 22 << 11 | 13 << 5 | 10)
        #expect(number(header, at: 12, 2) == 43 << 9 | 11 << 5 | 14)
        #expect(number(header, at: 14, 4) == 0x0102_0304)
        #expect(number(header, at: 18, 4) == 1000 && number(header, at: 22, 4) == 1000)
        #expect(number(header, at: 26, 2) == 5 && number(header, at: 28, 2) == 9)
        #expect(header[30..<35].elementsEqual("a.bin".utf8))
        #expect(header[35...].elementsEqual([0x55, 0x54, 5, 0, 1, 1, 0xF1, 0x53, 0x65]))
        #expect(header.count == 44 && ZipRecords.localHeaderByteCount(of: entry) == 44)
        #expect(ZipRecords.descriptor(of: entry, FinishedEntry(crc32: 1, size: 1, storedSize: 1, offset: 0)).isEmpty)
    }

    @Test("The directory's entry is made by Unix, with the type of the file in its attributes, and the same time extra")
    func writesCentralEntry() throws {
        let entry = try planned(
            ZipEntry("a.bin", PatternFile(1000), modified: Self.date, comment: "remark", method: .stored)
        )
        let record = central(entry)
        #expect(number(record, at: 0, 4) == 0x0201_4b50)
        #expect(number(record, at: 4, 2) == 3 << 8 | 45 && number(record, at: 6, 2) == 10)
        #expect(number(record, at: 16, 4) == 0x0102_0304)
        #expect(number(record, at: 20, 4) == 1000 && number(record, at: 24, 4) == 1000)
        #expect([28, 30, 32].map { number(record, at: $0, 2) } == [5, 9, 6])
        // The disk, and the internal attributes.
        #expect(number(record, at: 34, 4) == 0)
        #expect(number(record, at: 38, 4) == 0o100644 << 16 && number(record, at: 42, 4) == 7)
        #expect(record[46..<51].elementsEqual("a.bin".utf8))
        #expect(record[51..<60].elementsEqual(ZipRecords.localHeader(of: entry, crc32: 0).suffix(9)))
        #expect(record[60...].elementsEqual("remark".utf8))
    }

    @Test("A folder has its type and DOS's mark, and neither sizes nor a descriptor; so has an empty file but the mark")
    func writesFolders() throws {
        let folder = try planned(ZipEntry(folder: "d/"))
        let file = try planned(ZipEntry("e", PatternFile(0), permissions: 0o4755))
        #expect(number(central(folder), at: 38, 4) == 0o040755 << 16 | 0x10)
        #expect(number(central(file), at: 38, 4) == 0o104755 << 16)
        for (entry, version) in [(folder, 20), (file, 10)] as [(PlannedEntry, UInt64)] {
            let header = ZipRecords.localHeader(of: entry, crc32: 0)
            #expect(number(header, at: 4, 2) == version)
            #expect(header[6..<10].allSatisfy { $0 == 0 } && header[14..<26].allSatisfy { $0 == 0 })
            #expect(ZipRecords.descriptorByteCount(of: entry) == 0)
            // No date is the first of 1980, without the extra of 32 bits.
            #expect(number(header, at: 12, 2) == 1 << 5 | 1 && number(header, at: 28, 2) == 0)
        }
    }

    @Test(
        "A name that is not ASCII has the mark of UTF-8 in both headers, and the same bytes",
        arguments: ["é", "日本", "😀"]
    )
    func marksNames(name: String) throws {
        let entry = try planned(ZipEntry(name, PatternFile(5), method: .stored))
        let (local, record) = (ZipRecords.localHeader(of: entry, crc32: 0), central(entry))
        #expect(number(local, at: 6, 2) == 1 << 11 && number(record, at: 8, 2) == 1 << 11)
        #expect(local[30...].elementsEqual(name.utf8) && record[46...].elementsEqual(name.utf8))
        let remarked = try planned(ZipEntry("a", PatternFile(5), comment: name, method: .stored))
        #expect(number(ZipRecords.localHeader(of: remarked, crc32: 0), at: 6, 2) == 1 << 11)
    }

    @Test("What is deflated has a signed descriptor, of 4-byte sizes unless the local header has the 64-bit extra")
    func writesDescriptors() throws {
        var large = ZipEntry("a", PatternFile(9).with { $0.size = nil }, method: .deflated)
        let finished = FinishedEntry(crc32: 0x0102_0304, size: 9, storedSize: 11, offset: 1 << 33)
        for (isLarge, width) in [(false, 4), (true, 8)] {
            large.mayExceed4GiB = isLarge
            let entry = try planned(large)
            let header = ZipRecords.localHeader(of: entry, crc32: 5)
            #expect(number(header, at: 4, 2) == (isLarge ? 45 : 20) && number(header, at: 6, 2) == 1 << 3)
            #expect(number(header, at: 8, 2) == 8 && number(header, at: 14, 4) == 0)
            #expect(number(header, at: 18, 8) == (isLarge ? UInt64.max : 0))
            #expect(number(header, at: 28, 2) == (isLarge ? 20 : 0))
            // The descriptor's width is the local header's, whatever the offset says.
            let descriptor = ZipRecords.descriptor(of: entry, finished)
            #expect(number(descriptor, at: 0, 4) == 0x0807_4b50 && number(descriptor, at: 4, 4) == 0x0102_0304)
            #expect(number(descriptor, at: 8, width) == 11 && number(descriptor, at: 8 + width, width) == 9)
            #expect(descriptor.count == 8 + 2 * width)
        }
    }

    @Test("The directory has the 64-bit extra of those fields alone that need it: size, stored size, offset")
    func writesLargeFields() throws {
        let small = try planned(ZipEntry("a", LargeFile(5), method: .stored, crc32: 1))
        let large = try planned(ZipEntry("a", LargeFile(1 << 33), method: .stored, crc32: 1))
        let cases: [(PlannedEntry, Int64, Int64, [UInt64])] = [
            (small, 5, 0xFFFF_FFFE, []), (small, 5, 0xFFFF_FFFF, [0xFFFF_FFFF]),
            (large, 1 << 33, 0, [1 << 33, 1 << 33]),
            (large, 1 << 33, 1 << 34, [1 << 33, 1 << 33, 1 << 34]), (small, 1 << 32, 1 << 34, [1 << 32, 1 << 34]),
        ]
        for (entry, storedSize, offset, fields) in cases {
            let record = central(entry, storedSize: storedSize, offset: offset)
            #expect(number(record, at: 6, 2) == (fields.isEmpty ? 10 : 45))
            #expect(record.count == 47 + (fields.isEmpty ? 0 : 4 + 8 * fields.count))
            guard !fields.isEmpty else { continue }
            #expect(number(record, at: 47, 2) == 1 && number(record, at: 49, 2) == UInt64(8 * fields.count))
            #expect(fields.indices.map { number(record, at: 51 + 8 * $0, 8) } == fields)
            #expect((number(record, at: 42, 4) == 0xFFFF_FFFF) == (offset >= 0xFFFF_FFFF))
        }
        // Where the offset alone is large, the local header stays as it is.
        #expect(ZipRecords.localHeader(of: small, crc32: 1).count == 31)
        let header = ZipRecords.localHeader(of: large, crc32: 1)
        #expect(number(header, at: 18, 8) == .max && number(header, at: 28, 2) == 20)
        #expect(number(header, at: 35, 8) == 1 << 33 && number(header, at: 43, 8) == 1 << 33)
    }

    @Test("The end has the 64-bit records where a number needs them, and all ones in that number's slot alone")
    func writesEnd() {
        let cases: [(entries: Int64, size: Int64, offset: Int64, slots: [UInt64])] = [
            (65_535, 10, 20, [0xFFFF, 0xFFFF, 10, 20]), (3, 10, 1 << 32, [3, 3, 10, 0xFFFF_FFFF]),
            (3, 0xFFFF_FFFF, 20, [3, 3, 0xFFFF_FFFF, 20]),
        ]
        for (entries, size, offset, slots) in cases {
            let end = ZipRecords.end(entries: entries, directorySize: size, directoryOffset: offset)
            #expect(end.count == 98 && number(end, at: 0, 4) == 0x0606_4b50)
            // It counts what follows itself.
            #expect(number(end, at: 4, 8) == 44 && number(end, at: 14, 2) == 45 && number(end, at: 16, 8) == 0)
            #expect([24, 32].allSatisfy { number(end, at: $0, 8) == UInt64(entries) })
            #expect(number(end, at: 40, 8) == UInt64(size) && number(end, at: 48, 8) == UInt64(offset))
            #expect(number(end, at: 56, 4) == 0x0706_4b50 && number(end, at: 60, 4) == 0)
            #expect(number(end, at: 64, 8) == UInt64(offset + size) && number(end, at: 72, 4) == 1)
            #expect(number(end, at: 76, 4) == 0x0605_4b50 && number(end, at: 80, 4) == 0)
            #expect([84, 86].map { number(end, at: $0, 2) } + [88, 92].map { number(end, at: $0, 4) } == slots)
            #expect(number(end, at: 96, 2) == 0)
        }
        let short = ZipRecords.end(entries: 65_534, directorySize: 0xFFFF_FFFE, directoryOffset: 0xFFFF_FFFE)
        #expect(short.count == 22 && number(short, at: 8, 2) == 65_534)
    }
}
