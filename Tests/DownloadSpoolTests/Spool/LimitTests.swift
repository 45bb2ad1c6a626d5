import DownloadCore
import Foundation
import Glibc
import TestSupport
import Testing

@testable import DownloadSpool

/// What a spool does at its limits.
@Suite(.timeLimit(.minutes(60))) struct LimitTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func fetch(_ size: Int, _ key: String, in spool: Spool) async throws -> [UInt8] {
        let file = VirtualFile(name: "x", repeatable: true) { sink in
            let content = content(size)
            for start in stride(from: 0, to: size, by: 5000) {
                try await sink.write(content[start..<min(size, start + 5000)])
            }
        }
        let received = Received()
        var client = Client(received: received)
        try await SpooledFile(file, in: spool, key: key).write(to: &client)
        return received.bytes
    }

    private func content(_ size: Int) -> [UInt8] {
        var random = SeededGenerator(seed: 3)
        return random.bytes(size)
    }

    private var wholeFiles: [String] { folder.files.filter { !$0.hasSuffix(".part") } }

    @Test("A content that is larger than the spool is streamed, and not kept", arguments: [nil, 3_000_000])
    func larger(size: Int64?) async throws {
        let spool = try Spool(folder.file("spool"), limits: SpoolLimits(bytes: 2_000_000))
        #expect(try await fetch(3_000_000, "a", in: spool) == content(3_000_000))
        #expect(await eventually { folder.files.isEmpty })
        #expect(spool.figures.bypassed == 1)
        // What fits is kept again.
        #expect(try await fetch(100_000, "b", in: spool) == content(100_000))
        #expect(await eventually { wholeFiles.count == 1 })
    }

    @Test("Several who share a content that is larger than the spool all get it")
    func largerShared() async throws {
        let spool = try Spool(folder.file("spool"), limits: SpoolLimits(bytes: 1_500_000))
        let generator = Generator()
        var readers: [(received: Received, task: Task<Void, any Error>)] = []
        for _ in 0..<5 {
            let file = await SpooledFile(generator.file(), in: spool, key: "k")
            let received = Received()
            readers.append(
                (
                    received,
                    Task {
                        var client = Client(received: received)
                        try await file.write(to: &client)
                    }
                )
            )
        }
        generator.yield("begin")
        #expect(await eventually { readers.allSatisfy { $0.received.count == 5 } })
        let piece = String(repeating: "0123456789abcdef", count: 4096)
        for _ in 0..<60 { generator.yield(piece) }
        generator.finish()
        for reader in readers {
            try await reader.task.value
            #expect(reader.received.bytes == Array(("begin" + String(repeating: piece, count: 60)).utf8))
        }
        #expect(generator.runs == 1)
        #expect(await eventually { folder.files.isEmpty })
    }

    @Test("Who comes when the beginning is gone gets other bytes without the tag of the first")
    func comesLate() async throws {
        let spool = try Spool(folder.file("spool"), limits: SpoolLimits(bytes: 100_000))
        let (generator, second) = (Generator(), Generator())
        let first = await SpooledFile(generator.file(size: 1 << 20), in: spool, key: "k")
        let tag = first.entityTag
        let received = Received()
        let task = Task {
            var client = Client(received: received)
            try await first.write(to: &client)
        }
        let piece = String(repeating: "0123456789abcdef", count: 4096)
        for _ in 0..<15 { generator.yield(piece) }
        #expect(await eventually { received.count >= 15 * 65_536 - Generation.streamingWindowSize })
        let late = await SpooledFile(second.file(size: 11), in: spool, key: "k")
        #expect(tag != nil && late.entityTag == nil)
        second.yield("other bytes")
        second.finish()
        let other = Received()
        var client = Client(received: other)
        try await late.write(to: &client)
        #expect(other.bytes == Array("other bytes".utf8))
        generator.yield(piece)
        generator.finish()
        try await task.value
        #expect(received.count == 1 << 20)
    }

    @Test("What has not been used for longest goes first")
    func leastRecentlyUsed() async throws {
        let spool = try Spool(folder.file("spool"), limits: SpoolLimits(bytes: 3_500_000))
        for (index, key) in ["a", "b", "c"].enumerated() {
            _ = try await fetch(1_000_000, key, in: spool)
            #expect(await eventually { wholeFiles.count == index + 1 })
        }
        // As if some time had gone by.
        func age(_ key: String, by seconds: Double) throws {
            let digits = SpoolKey(of: ["key", key]).digits
            let name = try #require(wholeFiles.first { $0.contains(digits) })
            let date = Date(timeIntervalSinceNow: -seconds)
            var times = [timeval(tv_sec: Int(date.timeIntervalSince1970), tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]
            _ = unsafe utimes(folder.file(name), &times)
        }
        try age("a", by: 100)
        try age("b", by: 300)
        try age("c", by: 200)
        _ = try await fetch(1_000_000, "d", in: spool)
        #expect(await eventually { wholeFiles.count == 3 })
        let left = ["a", "c", "d"].map { SpoolKey(of: ["key", $0]).digits }
        for digits in left { #expect(wholeFiles.contains { $0.contains(digits) }) }
        #expect(spool.figures.evictions == 1)
    }

    @Test("A full spool makes room as often as a content takes it, however quickly that is made")
    func makesRoomAgain() async throws {
        let spool = try Spool(folder.file("spool"), limits: SpoolLimits(bytes: 10_000_000))
        for key in 0..<18 { _ = try await fetch(500_000, "\(key)", in: spool) }
        #expect(await eventually { wholeFiles.count == 18 && spool.figures.running == 0 })
        for name in wholeFiles {
            var times = [timeval(tv_sec: 1000, tv_usec: 0), timeval(tv_sec: 1000, tv_usec: 0)]
            _ = unsafe utimes(folder.file(name), &times)
        }
        #expect(try await fetch(8_000_000, "large", in: spool) == content(8_000_000))
        let digits = SpoolKey(of: ["key", "large"]).digits
        #expect(await eventually { wholeFiles.contains { $0.contains(digits) } })
        #expect(spool.figures.bypassed == 0)
        #expect(spool.figures.bytes <= 10_000_000)
    }

    @Test("No more files than it may have")
    func files() async throws {
        let spool = try Spool(folder.file("spool"), limits: SpoolLimits(files: 2))
        for key in ["a", "b", "c", "d"] {
            _ = try await fetch(1000, key, in: spool)
            #expect(await eventually { folder.files.allSatisfy { !$0.hasSuffix(".part") } })
            for name in wholeFiles {
                var times = [timeval(tv_sec: 1000, tv_usec: 0), timeval(tv_sec: 1000, tv_usec: 0)]
                _ = unsafe utimes(folder.file(name), &times)
            }
        }
        #expect(await eventually { wholeFiles.count <= 2 })
    }

    @Test("What is too old is generated again")
    func age() async throws {
        let spool = try Spool(folder.file("spool"), limits: SpoolLimits(age: .zero))
        for _ in 0..<2 {
            _ = try await fetch(1000, "a", in: spool)
            #expect(await eventually { spool.figures.running == 0 })
        }
        #expect(spool.figures.generations == 2)
        #expect(spool.figures.hits == 0)
    }
}
