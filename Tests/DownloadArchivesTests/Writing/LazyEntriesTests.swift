import DownloadCore
import TestSupport
import Testing

@testable import DownloadArchives

/// Archives of a lazy collection, whose files are made again when they are wanted.
@Suite struct LazyEntriesTests {
    /// Which entries were asked for, in their order.
    private final class Asked {
        var numbers: [Int] = []
    }

    private let sizes = [0, 10, 140_000, 300, 66_000]

    private func entry(_ number: Int, _ openings: Openings? = nil) -> ZipEntry {
        let file = PatternFile(
            sizes[number % 5],
            seed: number,
            name: "\(number).bin",
            tag: "t\(number)",
            isSeekable: number % 2 == 0
        )
        return ZipEntry("\(number).bin", file.with { $0.openings = openings }, method: .stored)
    }

    @Test("It is in every byte, in its tag and its size the archive of a list that is held")
    func isTheSame() async throws {
        let numbers = 0..<10
        for options in [ZipOptions(), ZipOptions(unknownChecksum: .dataDescriptor)] {
            let held = try ZipFile(name: "a.zip", options: options, entries: numbers.map { entry($0) })
            let lazy = try ZipFile(name: "a.zip", options: options, entries: numbers.lazy.map { entry($0) })
            #expect(lazy.size == held.size && lazy.isRepeatable == held.isRepeatable && lazy.isSeekable)
            #expect(lazy.entityTag?.value == held.entityTag?.value && lazy.entityTag?.isWeak == false)
            let all = try await bytes(of: held)
            #expect(try await bytes(of: lazy).elementsEqual(all))
            var random = SeededGenerator(seed: 3)
            for _ in 0..<40 {
                let start = random.below(all.count)
                let end = random.below(3) == 0 ? all.count : min(all.count, start + 1 + random.below(200_000))
                let range = Int64(start)..<Int64(end)
                #expect(lazy.skippedBytes(for: range) == held.skippedBytes(for: range))
                let isEqual = try await bytes(range, of: lazy).elementsEqual(all[start..<end])
                #expect(isEqual, "\(start)..<\(end)")
            }
        }
    }

    @Test("What is deflated, a folder, and a folder that is there twice are as in a list that is held")
    func keepsKinds() async throws {
        func entry(_ number: Int) -> ZipEntry {
            switch number % 3 {
            case 0: ZipEntry(folder: "folder")
            case 1: ZipEntry("folder/\(number).txt", PatternFile(1000, seed: number), method: .deflated)
            default: ZipEntry("folder/\(number).bin", PatternFile(9).with { $0.size = nil }, method: .stored)
            }
        }
        let held = try ZipFile(name: "a.zip", entries: (0..<30).map(entry))
        let lazy = try ZipFile(name: "a.zip", entries: (0..<30).lazy.map(entry))
        #expect(lazy.size == nil && held.size == nil && lazy.isRepeatable == held.isRepeatable)
        #expect(try await bytes(of: lazy) == bytes(of: held))
    }

    @Test("An entry is asked for once when it is planned, and once more when its content is wanted")
    func asksAgain() async throws {
        let asked = Asked()
        let openings = Openings()
        let file = try ZipFile(
            name: "a.zip",
            entries: (0..<5).lazy
                .map { number in
                    asked.numbers.append(number)
                    return entry(number, openings)
                }
        )
        #expect(asked.numbers == [0, 1, 2, 3, 4])
        _ = try await bytes(of: file)
        // Two of them are run for their CRC-32 beforehand.
        #expect(asked.numbers.dropFirst(5) == [0, 1, 2, 2, 3, 4, 4])
        asked.numbers = []
        openings.starts = [:]
        // A range in the last entry.
        let size = try #require(file.size)
        let range = size - 30_000..<size - 20_000
        #expect(file.skippedBytes(for: range) == 0)
        _ = try await bytes(range, of: file)
        #expect(asked.numbers == [4])
        #expect(openings.starts.keys.sorted() == ["4.bin"] && openings.count == 1)
    }

    @Test(
        "A file that has changed since the archive was planned fails the download",
        arguments: ["size", "tag", "kind"]
    )
    func noticesChanges(what: String) async throws {
        var hasChanged = false
        let file = try ZipFile(
            name: "a.zip",
            entries: (0..<1).lazy
                .map { _ in
                    guard hasChanged else { return ZipEntry("a.bin", PatternFile(99, tag: "a"), method: .stored) }
                    return switch what {
                    case "size": ZipEntry("a.bin", PatternFile(98, tag: "a"), method: .stored)
                    case "tag": ZipEntry("a.bin", PatternFile(99, tag: "b"), method: .stored)
                    default: ZipEntry(folder: "a.bin")
                    }
                }
        )
        _ = try await bytes(of: file)
        hasChanged = true
        let error = await #expect(throws: ZipError.self) { try await bytes(of: file) }
        #expect(error?.code == .fileChanged && error?.path == "a.bin")
    }

    @Test("What is left out is listed, too")
    func omitsFailedEntries() async throws {
        let file = try ZipFile(
            name: "a.zip",
            options: ZipOptions(omittingFailedEntries: true),
            entries: (0..<4).lazy
                .map { number in
                    let content = PatternFile(20).with { $0.failsAt = number == 2 ? 0 : nil }
                    return ZipEntry(number == 3 ? "missing-files.txt" : "\(number).bin", content, method: .stored)
                }
        )
        let text = String(decoding: try await bytes(of: file), as: UTF8.self)
        #expect(text.contains("2.bin\r\n") && text.contains("missing-files (2).txt"))
    }
}
