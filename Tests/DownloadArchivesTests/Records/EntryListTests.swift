import DownloadCore
import Testing

@testable import DownloadArchives

@Suite struct EntryListTests {
    @Test("An entry comes out of the list as it went in")
    func keepsEntries() throws {
        let date = HTTPDate(secondsSince1970: 1_777_638_601)
        let entries = [
            ZipEntry(folder: "日本/"), ZipEntry("a", PatternFile(0)), ZipEntry("b", PatternFile(5), modified: date),
            ZipEntry("c", PatternFile(70_000), comment: "remark", method: .stored),
            ZipEntry("d", PatternFile(9), permissions: 0o600, method: .deflated(level: 9)),
            ZipEntry("e", LargeFile(1 << 33), method: .stored, crc32: .max),
            ZipEntry("f", PatternFile(9).with { $0.size = nil }, method: .stored),
        ]
        let planned = try entries.map { try PlannedEntry($0, at: Array($0.path.utf8), options: ZipOptions()) }
        let list = EntryList(planned)
        #expect(list.count == entries.count)
        for (kept, entry) in zip(list, planned) {
            #expect(kept.path == entry.path && kept.comment == entry.comment && kept.form == entry.form)
            #expect(kept.size == entry.size && kept.storedSize == entry.storedSize && kept.crc32 == entry.crc32)
            #expect(kept.mode == entry.mode && kept.isZip64 == entry.isZip64 && kept.file?.name == entry.file?.name)
            #expect(kept.time.seconds == entry.time.seconds && kept.time.dosDate == entry.time.dosDate)
            #expect(kept.time.dosTime == entry.time.dosTime)
        }
    }

    @Test("A long list is the same going through it and asking for one, whatever its entries have")
    func keepsLongLists() throws {
        let entries = (0..<5000)
            .map { number in
                var entry = ZipEntry(
                    "folder/\(number)" + String(repeating: "x", count: number % 700 == 0 ? 60_000 : number % 50),
                    PatternFile(number % 9, name: "\(number)"),
                    permissions: number % 7 == 0 ? 0o755 : 0o644,
                    comment: number % 11 == 0 ? "remark \(number)" : "",
                    method: number % 2 == 0 ? .stored : .deflated(level: 1 + number % 9)
                )
                // Before 1901 and after 2038 there is only the date of DOS.
                entry.modificationDate =
                    number % 3 == 0
                    ? nil : HTTPDate(secondsSince1970: Int64(number - 2000) * 4_000_003)
                return entry
            }
        let planned = try entries.map { try PlannedEntry($0, at: Array($0.path.utf8), options: ZipOptions()) }
        let list = EntryList(planned)
        #expect(list.map(\.path) == planned.map(\.path))
        for index in list.indices.reversed() {
            let (kept, entry) = (list[index], planned[index])
            #expect(kept.path == entry.path && kept.comment == entry.comment && kept.form == entry.form)
            #expect(kept.size == entry.size && kept.mode == entry.mode && kept.time == entry.time)
            #expect(kept.file?.name == "\(index)")
        }
    }
}
