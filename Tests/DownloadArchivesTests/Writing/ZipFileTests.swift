import DownloadCore
import DownloadTesting
import TestSupport
import Testing

@testable import DownloadArchives

@Suite struct ZipFileTests {
    private struct ArchiveView: VirtualDownloadView {
        var make: @Sendable () throws -> ZipFile

        func file(for request: DownloadRequest) throws -> ZipFile { try make() }
    }

    @Test("The size is told before a byte of content is read, and HEAD runs nothing")
    func answersHead() async throws {
        let view = ArchiveView {
            try ZipFile(name: "a.zip") { ZipEntry("a.bin", PatternFile(100_000, tag: "a"), method: .stored) }
        }
        let response = try await view.response(to: .head("/a.zip"))
        // Two blocks; the headers, the descriptor, the end.
        let size = 100_000 + 2 * 5 + 35 + 16 + 51 + 22
        #expect(response.headerFields[.contentLength] == String(size))
        #expect(response.headerFields[.contentType] == "application/zip")
        #expect(!response.ranGenerator)
    }

    @Test("The tag is strong and depends on all that the bytes depend on")
    func makesTag() throws {
        let file = PatternFile(100, tag: "a")
        let base = ZipEntry("a.bin", file, method: .stored)
        func tag(_ entries: [ZipEntry]) throws -> EntityTag {
            try #require(ZipFile(name: "a.zip", entries: entries).entityTag)
        }
        var others = [base, base, base, base, base, base]
        others[0].path = "b.bin"
        others[1].comment = "x"
        others[2].permissions = 0o600
        others[3].modificationDate = HTTPDate(secondsSince1970: 1)
        others[4].crc32 = 5
        others[5] = ZipEntry("a.bin", PatternFile(100, tag: "b"), method: .stored)
        let tags = try ([[base], [base, ZipEntry(folder: "d")]] + others.map { [$0] }).map(tag)
        #expect(Set(tags).count == 8)
        #expect(tags.allSatisfy { !$0.isWeak })
        #expect(try tag([base]) == tags[0])
    }

    @Test("Without a tag of each entry there is none, and with a deflated one it is weak")
    func makesWeakTag() throws {
        #expect(try ZipFile(name: "a.zip") { ZipEntry("a.bin", PatternFile(9), method: .stored) }.entityTag == nil)
        let deflated = try ZipFile(name: "a.zip") { ZipEntry("a.txt", PatternFile(9, tag: "a")) }
        #expect(deflated.entityTag?.isWeak == true)
        #expect(deflated.size == nil && !deflated.isSeekable)
    }

    @Test("A taken path is an error before the first byte")
    func refusesDuplicates() async throws {
        let view = ArchiveView { try ZipFile(name: "a.zip") { for _ in 0..<2 { ZipEntry("a", PatternFile(1)) } } }
        let response = try await view.response(to: .get("/a.zip"))
        #expect(response.status == .internalServerError)
        #expect("\(try #require(response.notes.first))".contains("\"a\""))
    }

    @Test("An entry that fails midway fails the download", arguments: [true, false])
    func failsMidway(omitting: Bool) async throws {
        let view = ArchiveView {
            try ZipFile(name: "a.zip", options: ZipOptions(omittingFailedEntries: omitting)) {
                ZipEntry("a.bin", PatternFile(200_000).with { $0.failsAt = 150_000 }, method: .stored)
            }
        }
        let response = try await view.response(to: .get("/a.zip"))
        #expect(!response.isFinished)
        #expect(response.failure is PatternFile.Failure)
    }

    @Test(
        "One that fails before its first byte is left out on request, and listed in a last entry",
        arguments: [true, false]
    )
    func omitsFailedEntries(deflated: Bool) async throws {
        let file = try ZipFile(name: "a.zip", options: ZipOptions(omittingFailedEntries: true)) {
            ZipEntry("a.bin", PatternFile(200_000).with { $0.failsAt = 0 }, method: deflated ? .deflated : .stored)
            ZipEntry("small.bin", PatternFile(20).with { $0.failsAt = 10 }, method: .stored)
            ZipEntry("b.bin", PatternFile(10), method: .stored)
            ZipEntry("missing-files.txt", PatternFile(10), method: .stored)
        }
        #expect(file.size == nil)
        let all = try await bytes(of: file)
        let text = String(decoding: all, as: UTF8.self)
        #expect(text.contains("a.bin\r\nsmall.bin\r\n"))
        #expect(text.contains("missing-files (2).txt"))
        #expect(Array(Array(all.suffix(22))[10..<12]) == [3, 0])
    }

    @Test("The list of what was left out may be of any length")
    func listsMany() async throws {
        let list = OmissionList(in: "/var/tmp")
        #expect(list.isEmpty)
        let paths = (0..<3000).map { "\($0)-" + String(repeating: "x", count: 2000) }
        for path in paths { list.append(Array(path.utf8)[...]) }
        let text = String(decoding: try await bytes(of: list), as: UTF8.self)
        #expect(list.size == Int64(text.utf8.count))
        #expect(text.split(separator: "\r\n").dropFirst().elementsEqual(paths) { $0 == $1 })
    }

    @Test("A content that is longer or shorter than declared fails the download", arguments: [9, 11])
    func holdsSize(declared: Int64) async throws {
        let file = try ZipFile(name: "a.zip") {
            ZipEntry("a.bin", PatternFile(10).with { $0.size = declared }, method: .stored, crc32: 1)
        }
        await #expect(throws: ContentLengthMismatch.self) { try await bytes(of: file) }
    }

    @Test("What an entry's header has no room for is refused")
    func refusesTooLargeEntries() async throws {
        var sink = EntrySink(CollectingSink([]), form: .trailed, declared: nil, header: [], storedLimit: 10)
        try await sink.write([UInt8](repeating: 1, count: 10))
        await #expect(throws: EntryTooLarge.self) { try await sink.write([1]) }
    }

    @Test(
        "An entry of unknown size fails at 4 GiB, unless it was said that it may be larger",
        .enabled(if: isThorough, "set THOROUGH=2 for what takes a minute"),
        arguments: [false, true]
    )
    func failsAt4GiB(mayExceed: Bool) async throws {
        struct Unsized: DownloadFile {
            var name: String { "a.mp4" }
            func write(to sink: inout some ByteSink & ~Copyable) async throws {
                try await LargeFile(1 << 32).write(to: &sink)
            }
        }
        var entry = ZipEntry("a.mp4", Unsized())
        entry.mayExceed4GiB = mayExceed
        let file = ZipFile(name: "a.zip", streaming: [entry])
        var sink = EndsSink(tailSize: 200)
        if mayExceed {
            try await file.write(to: &sink)
            // 65,538 blocks; a header of ZIP64, a descriptor of 24 bytes, a record with both sizes.
            let frame: Int64 = 65_538 * 5 + 55 + 24 + 71 + 98
            #expect(sink.finish().count == 4_294_967_296 + frame)
        } else {
            do {
                try await file.write(to: &sink)
                Issue.record("nothing was thrown")
            } catch { #expect((error as? ZipError)?.code == .entryTooLarge) }
            _ = sink.finish()
        }
    }

    @Test("An archive in an archive is stored, and the outer one has a size and a tag as the inner one has")
    func nests() async throws {
        let inner = try ZipFile(name: "inner.zip") { ZipEntry("a.bin", PatternFile(70_000, tag: "a"), method: .stored) }
        let outer = try ZipFile(name: "outer.zip") {
            inner
            ZipEntry("again/inner.zip", AnyDownloadFile(inner))
        }
        let all = try await bytes(of: outer)
        #expect(outer.size == Int64(all.count))
        #expect(outer.entityTag?.isWeak == false && outer.isSeekable)
        #expect(try await bytes(60_000..<130_000, of: outer) == Array(all[60_000..<130_000]))
    }

    @Test("Entries can come one by one, also asynchronously")
    func streams() async throws {
        let entries = (0..<300).map { ZipEntry("\($0).bin", PatternFile($0), method: .stored) }
        let listed = try await bytes(of: ZipFile(name: "a.zip", entries: entries))
        #expect(try await bytes(of: ZipFile(name: "a.zip", streaming: entries)) == listed)
        let (numbers, continuation) = AsyncStream<Int>.makeStream()
        for number in 0..<300 { continuation.yield(number) }
        continuation.finish()
        let stream = numbers.map { ZipEntry("\($0).bin", PatternFile($0), method: .stored) }
        #expect(try await bytes(of: ZipFile(name: "a.zip", streaming: stream)) == listed)
        let twice = ZipFile(name: "a.zip", streaming: [entries[0], entries[0]])
        await #expect(throws: ZipError.self) { try await bytes(of: twice) }
    }

    @Test(
        "What is compressed already is stored, the rest deflated",
        arguments: [
            ("a.jpg", true), ("a.png", true), ("a.svg", false), ("a.bmp", false), ("a.mp4", true), ("a.wav", false),
            ("a.zip", true), ("a.gz", true), ("a.pdf", true), ("a.docx", true), ("a.xlsx", true), ("a.odt", true),
            ("a.csv", false), ("a.txt", false), ("a.json", false), ("a", false), ("a.epub", true), ("a.7z", true),
        ]
    )
    func choosesMethod(path: String, isStored: Bool) {
        let method = ZipEntry.Method(for: VirtualFile(BytesIO([]), name: "x"), at: path)
        #expect(method == (isStored ? .stored : .deflated))
        #expect(ZipEntry.Method.isCompressed("IMAGE/JPEG; x=y"))
    }

    @Test("A higher level of deflate gives less, and each level the same content")
    func deflatesAtLevels() async throws {
        let text = (0..<3000).map { "\($0),customer \($0 * 7919 % 1000),\($0 % 13)\r\n" }.joined()
        var sizes: [Int] = []
        for level in 1...9 {
            // Twice, since the compressor is used again, and another between them.
            let file = try ZipFile(name: "a.zip") {
                ZipEntry("a.csv", ContentFile(text), method: .deflated(level: level))
                ZipEntry("b.csv", ContentFile(text), method: .deflated(level: level % 9 + 1))
                ZipEntry("c.csv", ContentFile(text), method: .deflated(level: level))
            }
            let all = try await bytes(of: file)
            let crc32 = CRC32(of: Array(text.utf8)).value
            let wanted = (0..<4).map { UInt8(truncatingIfNeeded: crc32 >> (8 * $0)) }
            let records = all.indices.dropLast(3).filter { all[$0] == 0x50 && all[$0 + 1] == 0x4b && all[$0 + 2] == 1 }
            #expect(records.count == 3)
            for record in records { #expect(all[record + 16..<record + 20].elementsEqual(wanted)) }
            let stored = records.map { Int(all[$0 + 20]) | Int(all[$0 + 21]) << 8 | Int(all[$0 + 22]) << 16 }
            #expect(stored[0] == stored[2])
            sizes.append(stored[0])
        }
        #expect(sizes[5] < sizes[0] * 9 / 10)
    }

    @Test("The date of DOS has steps of two seconds, from 1980 to 2107, and the other is exact until 2038")
    func writesDates() {
        func time(_ seconds: Int64?) -> [Int?] {
            let time = EntryTime(seconds.map { HTTPDate(secondsSince1970: $0) })
            return [Int(time.dosDate), Int(time.dosTime), time.seconds.map { Int($0) }]
        }
        func date(_ year: Int, _ month: Int, _ day: Int) -> Int { (year - 1980) * 512 + month * 32 + day }
        func clock(_ hour: Int, _ minute: Int, _ second: Int) -> Int { hour * 2048 + minute * 32 + second / 2 }
        #expect(time(nil) == [0x21, 0, nil])
        #expect(time(0) == [0x21, 0, 0])
        #expect(time(-1) == [0x21, 0, -1])
        #expect(time(1_000_000_001) == [date(2001, 9, 9), clock(1, 46, 41), 1_000_000_001])
        #expect(time(2_147_483_647) == [date(2038, 1, 19), clock(3, 14, 7), 2_147_483_647])
        #expect(time(2_147_483_648)[2] == nil)
        #expect(time(.max) == [date(2107, 12, 31), clock(23, 59, 59), nil])
        #expect(time(.min) == [0x21, 0, nil])
    }

    @Test("A client that leaves ends the archive")
    func stopsWithClient() async throws {
        let openings = Openings()
        let file = try ZipFile(name: "a.zip") {
            for n in 0..<3 {
                ZipEntry("\(n)", PatternFile(100_000, name: "\(n)").with { $0.openings = openings }, method: .stored)
            }
        }
        var sink = RangeSink(CollectingSink([]), range: 0..<1000)
        await #expect(throws: RangeSink<CollectingSink>.Done.self) { try await file.write(to: &sink) }
        #expect(openings.count == 1)
    }
}
