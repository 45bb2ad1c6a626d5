import DownloadCore
import Randomness
import Testing

@testable import DownloadArchives

@Suite struct DirectoryRecordsTests {
    private func written(_ records: [[UInt8]]) async throws -> (bytes: [UInt8], byteCount: Int64) {
        var directory = DirectoryRecords(in: "/var/tmp")
        for record in records { directory.append(record) }
        let byteCount = directory.byteCount
        var sink = CollectingSink([])
        try await directory.write(to: &sink)
        return (sink.finish(), byteCount)
    }

    @Test("Records are written as they came, whatever they have in common", arguments: [1, 2, 3, 4] as [UInt64])
    func keepsRecords(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var record = random.bytes(80)
        let records = (0..<600)
            .map { number in
                if random.below(10) == 0 { record += random.bytes(random.below(9)) }
                if random.below(10) == 0 { record.removeLast(random.below(min(record.count, 9))) }
                if random.below(100) == 0 { return random.bytes(random.below(30_000)) }
                for _ in 0..<random.below(4) where !record.isEmpty {
                    record[random.below(record.count)] = random.bytes(1)[0]
                }
                return number == 7 ? [] : record
            }
        let written = try await written(records)
        #expect(written.bytes == records.flatMap { $0 })
        #expect(written.byteCount == Int64(written.bytes.count))
    }

    @Test("An archive without entries has no records")
    func writesNothing() async throws {
        #expect(try await written([]).bytes.isEmpty)
    }
}
