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
}
