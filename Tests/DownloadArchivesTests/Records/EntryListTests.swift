import DownloadCore
import Testing

@testable import DownloadArchives

@Suite struct EntryListTests {
    private static func planned(_ entries: [ZipEntry]) throws -> [PlannedEntry] {
        try entries.map { try PlannedEntry($0, at: Array($0.path.utf8), options: ZipOptions()) }
    }

    private static func list(of entries: [ZipEntry], in folder: String?, isLazy: Bool) throws -> EntryList {
        // Smaller than usual, so that hundreds of entries take many pages.
        let list = EntryList(
            in: folder,
            remaking: isLazy ? { entries[$0] } : nil,
            memoryByteCount: 16_384,
            pageByteCount: 4096
        )
        for (place, entry) in try planned(entries).enumerated() { list.append(entry, from: place) }
        return list
    }

    private static func entries(of list: EntryList) throws -> [PlacedEntry] {
        var cursor = list.cursor
        var entries: [PlacedEntry] = []
        while let entry = try cursor.next() { entries.append(entry) }
        return entries
    }

    private func expect(_ kept: PlannedEntry, is entry: PlannedEntry) {
        #expect(kept.path == entry.path && kept.comment == entry.comment && kept.form == entry.form)
        #expect(kept.size == entry.size && kept.storedSize == entry.storedSize && kept.crc32 == entry.crc32)
        #expect(kept.mode == entry.mode && kept.isZip64 == entry.isZip64 && kept.time == entry.time)
        #expect((kept.file == nil) == (entry.file == nil) && kept.isSeekable == entry.isSeekable)
        #expect(kept.file?.isRepeatable.optionValue == entry.file?.isRepeatable.optionValue)
        let tags = [kept, entry].map { $0.file?.entityTag.optionValue }.map { $0?.isWeak == false ? $0?.value : nil }
        #expect(tags[0] == tags[1])
    }

    @Test("An entry comes out of the list as it went in", arguments: [false, true])
    func keepsEntries(isLazy: Bool) throws {
        let date = HTTPDate(secondsSince1970: 1_777_638_601)
        let entries = [
            ZipEntry(folder: "日本/"), ZipEntry("a", PatternFile(0)), ZipEntry("b", PatternFile(5), modified: date),
            ZipEntry("c", PatternFile(70_000, tag: "c"), comment: "remark", method: .stored),
            ZipEntry("d", PatternFile(9, isSeekable: true), permissions: 0o600, method: .deflated(level: 9)),
            ZipEntry("e", LargeFile(1 << 33), method: .stored, crc32: .max),
            ZipEntry("f", PatternFile(9).with { $0.size = nil }, method: .stored),
            ZipEntry("g", PatternFile(9).with { $0.entityTag = EntityTag("g", isWeak: true) }),
            ZipEntry("h", PatternFile(9, tag: "").with { $0.isRepeatable = false }),
        ]
        let kept = try Self.entries(of: try Self.list(of: entries, in: nil, isLazy: isLazy))
        #expect(kept.map(\.index) == Array(entries.indices))
        for (kept, entry) in zip(kept, try Self.planned(entries)) { expect(kept.entry, is: entry) }
    }

    private static func manyEntries() -> [ZipEntry] {
        (0..<1500)
            .map { number in
                var entry = ZipEntry(
                    "folder/\(number)" + String(repeating: "x", count: number % 10 == 0 ? 900 : number % 50),
                    PatternFile(number % 9, name: "\(number)", tag: "\(number)"),
                    permissions: number % 7 == 0 ? 0o755 : 0o644,
                    comment: number % 11 == 0 ? "remark \(number)" : "",
                    method: .stored
                )
                // Before 1901 and after 2038 there is only the date of DOS.
                entry.modificationDate =
                    number % 3 == 0 ? nil : HTTPDate(secondsSince1970: Int64(number - 700) * 12_000_003)
                return entry
            }
    }

    @Test(
        "A long list is the same from its beginning and from any offset, on a disk and without one",
        arguments: ["/var/tmp", "/proc", nil],
        [false, true]
    )
    func keepsLongLists(folder: String?, isLazy: Bool) throws {
        let entries = Self.manyEntries()
        let list = try Self.list(of: entries, in: folder, isLazy: isLazy)
        #expect(list.count == 1500)
        #expect(list.isInFile == (folder == "/var/tmp"))
        let kept = try Self.entries(of: list)
        #expect(kept.map(\.index) == Array(0..<1500))
        for (kept, entry) in zip(kept, try Self.planned(entries)) { expect(kept.entry, is: entry) }
        var offset: Int64 = 0
        for entry in kept {
            #expect(entry.offset == offset)
            offset = entry.end
        }
        #expect(offset == list.layout?.directoryOffset)
        // The first and the last byte of entries.
        for entry in kept where entry.index % 13 == 0 || entry.index == 1499 {
            for offset in [entry.offset, entry.end - 1] {
                var cursor = try list.cursor(at: offset)
                #expect(try cursor.next()?.index == entry.index)
            }
        }
        var cursor = try list.cursor(at: offset)
        #expect(try cursor.next() == nil)
    }

    @Test("Many read one list in a file at once")
    func isReadAtOnce() async throws {
        // Nothing changes it any more.
        nonisolated(unsafe) let list = try Self.list(of: Self.manyEntries(), in: "/var/tmp", isLazy: true)
        let paths = Self.manyEntries().map(\.path)
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let kept = (try? Self.entries(of: unsafe list)) ?? []
                    return zip(kept, paths).count { $0.entry.path.elementsEqual($1.utf8) }
                }
            }
            for await count in group { #expect(count == 1500) }
        }
    }

    @Test("A list of nothing has nothing at any offset")
    func keepsNothing() throws {
        let list = EntryList(in: nil)
        #expect(list.isEmpty && list.layout?.directoryOffset == 0)
        var cursors = [list.cursor, try list.cursor(at: 0)]
        #expect(try cursors[0].next() == nil)
        #expect(try cursors[1].next() == nil)
    }
}
