import DownloadCore
import Randomness
import Testing

@testable import DownloadArchives

@Suite struct CollectionTests {
    @Test("Elements are found again on either side of every chunk")
    func keepsElements() {
        var numbers = ChunkedArray<UInt64>()
        for number in 0..<300_000 as Range<UInt64> { numbers.append(number * 3) }
        #expect(numbers.count == 300_000)
        #expect((0..<300_000).allSatisfy { numbers[$0] == UInt64($0) * 3 })
        numbers[131_072] = 1
        #expect(numbers[131_071] == 131_071 * 3 && numbers[131_072] == 1 && numbers[131_073] == 131_073 * 3)
        // Of what is larger than a chunk each has its own.
        var wide = ChunkedArray<InlineArray<150_000, UInt64>>()
        for number in 0..<3 as Range<UInt64> { wide.append(InlineArray(repeating: number)) }
        #expect((0..<3).allSatisfy { wide[$0][149_999] == UInt64($0) })
    }

    @Test("Numbers come out as they went in, the small ones in one byte")
    func packsNumbers() {
        let numbers: [Int64] = [0, 1, 127, 128, 16_383, 16_384, 0xFFFF_FFFF, 1 << 32, .max]
        var record = PackedRecord()
        for number in numbers { record.append(number: number) }
        record.append(fixed: 0x0102_0304 as UInt32)
        record.append(fixed: -2 as Int32)
        #expect(record.bytes.starts(with: [0, 1, 127, 128, 1]))
        var reader = PackedRecordReader(record.bytes[...])
        #expect(numbers.allSatisfy { reader.number() == $0 })
        #expect(reader.fixed(UInt32.self) == 0x0102_0304)
        #expect(reader.fixed(Int32.self) == -2)
        #expect(reader.position == record.bytes.count)
    }

    @Test("Files of many types come out as they went in")
    func keepsFiles() throws {
        var files = FileStores()
        let places = (0..<9000)
            .map { number in
                switch number % 3 {
                case 0: files.append(PatternFile(1, name: "\(number)"))
                case 1: files.append(LargeFile(Int64(number)))
                default: files.append(AnyDownloadFile(PatternFile(2, name: "\(number)")))
                }
            }
        for number in places.indices {
            let file = files[places[number]]
            if number % 3 == 1 {
                #expect((file as? LargeFile)?.size == Int64(number))
            } else {
                #expect(file.name == "\(number)" && file.size.optionValue == Int64(number % 3 == 0 ? 1 : 2))
            }
        }
    }

    @Test("The kinds at paths are those of a dictionary", arguments: [1, 2] as [UInt64])
    func keepsKinds(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var kinds = PathKinds(in: nil)
        var expected: [[UInt8]: PathKinds.Kind] = [:]
        // Paths that are there already among others that are not.
        for _ in 0..<3000 {
            let path = [random.bytes(1)[0], UInt8(random.below(20))]
            let kind: PathKinds.Kind = random.below(2) == 0 ? .file : .folder
            #expect(try kinds.kind(at: PathKinds.Key(path[...])) == expected[path])
            guard expected[path] == nil else { continue }
            kinds.set(kind, at: PathKinds.Key(path[...]))
            expected[path] = kind
        }
        for path in (0..<256 * 20).map({ [UInt8($0 % 256), UInt8($0 / 256)] }) {
            #expect(try kinds.kind(at: PathKinds.Key(path[...])) == expected[path])
        }
    }

    @Test("They are found again in a file, or in memory where none can be made", arguments: ["/var/tmp", "/proc", nil])
    func keepsManyKinds(folder: String?) throws {
        // With less in memory than usual, so that the file is written anew many times.
        var kinds = PathKinds(in: folder, memoryByteCount: 1 << 15)
        func key(_ number: Int) -> PathKinds.Key { PathKinds.Key(Array("\(number)".utf8)[...]) }
        var missing = 0
        for number in 0..<60_000 {
            if try kinds.kind(at: key(number)) != nil { missing += 1 }
            kinds.set(number % 3 == 0 ? .folder : .file, at: key(number))
            if try kinds.kind(at: key(number / 2)) != (number / 2 % 3 == 0 ? .folder : .file) { missing += 1 }
        }
        for number in 0..<60_000 where try kinds.kind(at: key(number)) != (number % 3 == 0 ? .folder : .file) {
            missing += 1
        }
        for number in 60_000..<100_000 where try kinds.kind(at: key(number)) != nil { missing += 1 }
        #expect(missing == 0)
        #expect(kinds.isInFile == (folder == "/var/tmp"))
    }

    @Test("Chunks come back as they were, from a file and from memory", arguments: ["/var/tmp", "/proc", nil])
    func keepsChunks(folder: String?) throws {
        var random = SeededGenerator(seed: 5)
        let chunks = (0..<20).map { _ in random.bytes(random.below(40_000) + 1) }
        var spilled = SpilledChunks(in: folder, memoryByteCount: 100_000)
        for chunk in chunks { spilled.append(chunk) }
        for index in chunks.indices { #expect(try spilled.chunk(at: index) == chunks[index]) }
        #expect(spilled.indices == 0..<20)
        #expect(spilled.isInFile == (folder == "/var/tmp"))
    }

    @Test("The CRC-32 of entries is known where it was noted", arguments: ["/var/tmp", "/proc", nil])
    func keepsChecksums(folder: String?) throws {
        var table = ChecksumTable(in: folder, memoryByteCount: 1 << 17, chunkByteCount: 1 << 16)
        #expect(try table.crc32(of: 0) == nil)
        let places = 7..<60_007
        for place in places { table.append(place % 5 == 0 ? nil : UInt32(place) &* 7919, of: place) }
        var wrong = 0
        func check(_ place: Int) throws {
            if try table.crc32(of: place) != (place % 5 == 0 ? nil : UInt32(place) &* 7919) { wrong += 1 }
        }
        for place in places { try check(place) }
        // Also in another order, on either side of every chunk.
        for place in stride(from: 59_999, to: 7, by: -5_243) { try check(place) }
        #expect(wrong == 0)
        #expect(try [0, 6, 60_007].allSatisfy { try table.crc32(of: $0) == nil })
    }
}
