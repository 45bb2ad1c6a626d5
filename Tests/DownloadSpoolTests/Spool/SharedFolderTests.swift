import DownloadCore
import Foundation
import TestSupport
import Testing

@testable import DownloadSpool

/// Two spools of one folder, as two processes have them: their locks are those of open files, which conflict within a
/// process, too.
@Suite(.timeLimit(.minutes(60))) struct SharedFolderTests {
    private let folder: TemporaryFolder
    private let one: Spool
    private let other: Spool

    init() throws {
        folder = try TemporaryFolder()
        one = try Spool(folder.file("spool"))
        other = try Spool(folder.file("spool"))
    }

    private func request(
        _ generator: Generator,
        in spool: Spool,
        repeatable: Bool = false
    ) async -> (received: Received, task: Task<Void, any Error>) {
        let file = await SpooledFile(generator.file(repeatable: repeatable), in: spool, key: "k")
        let received = Received()
        let task = Task {
            var client = Client(received: received)
            try await file.write(to: &client)
        }
        return (received, task)
    }

    @Test("One generation among processes, which all follow as it grows")
    func follows() async throws {
        let (generator, unused) = (Generator(), Generator())
        let first = await request(generator, in: one)
        generator.yield("one ")
        #expect(await eventually { first.received.count == 4 })
        // In the window of the first process it is of no use to the second.
        let large = String(repeating: "0123456789abcdef", count: 8192)
        generator.yield(large)
        #expect(await eventually { first.received.count == 4 + 131_072 })
        let second = await request(unused, in: other)
        #expect(await eventually { second.received.count > 65_536 })
        generator.yield("two")
        generator.finish()
        try await first.task.value
        try await second.task.value
        #expect(second.received.bytes == first.received.bytes)
        #expect(first.received.bytes == Array("one \(large)two".utf8))
        #expect(generator.runs == 1 && unused.runs == 0)
        #expect(other.figures.generations == 0)
    }

    @Test("A whole file of another process is found")
    func findsWhole() async throws {
        let (generator, unused) = (Generator(), Generator())
        generator.yield("content")
        generator.finish()
        try await request(generator, in: one).task.value
        #expect(await eventually { folder.files.contains { !$0.hasSuffix(".part") } })
        let second = await request(unused, in: other)
        try await second.task.value
        #expect(second.received.bytes == Array("content".utf8))
        #expect(unused.runs == 0)
        #expect(other.figures.hits == 1)
    }

    @Test("A generation goes on while another process wants it, though nobody in its own does")
    func goesOnForOthers() async throws {
        let (generator, unused) = (Generator(), Generator())
        let first = await request(generator, in: one)
        let large = String(repeating: "0123456789abcdef", count: 8192)
        generator.yield(large)
        #expect(await eventually { first.received.count == 131_072 })
        let second = await request(unused, in: other)
        #expect(await eventually { second.received.count > 65_536 })
        first.task.cancel()
        _ = await first.task.result
        generator.yield("more")
        generator.finish()
        try await second.task.value
        #expect(second.received.bytes == Array((large + "more").utf8))
        #expect(generator.cancellations == 0)
    }

    @Test("When the process that generates fails, the next does it where the bytes will be the same")
    func takesOver() async throws {
        let (failing, second) = (Generator(), Generator())
        let first = await request(failing, in: one, repeatable: true)
        let large = String(repeating: "0123456789abcdef", count: 8192)
        failing.yield(large)
        #expect(await eventually { first.received.count == 131_072 })
        let follower = await request(second, in: other, repeatable: true)
        #expect(await eventually { follower.received.count > 65_536 })
        failing.fail()
        await #expect(throws: Generator.Refusal.self) { try await first.task.value }
        second.yield(large)
        second.yield("end")
        second.finish()
        try await follower.task.value
        #expect(follower.received.bytes == Array((large + "end").utf8))
    }

    @Test("Where they may differ, its followers see a failure")
    func failsVisibly() async throws {
        let (failing, unused) = (Generator(), Generator())
        let first = await request(failing, in: one)
        failing.yield(String(repeating: "0123456789abcdef", count: 8192))
        #expect(await eventually { first.received.count == 131_072 })
        let follower = await request(unused, in: other)
        #expect(await eventually { follower.received.count > 65_536 })
        failing.fail()
        await #expect(throws: Generator.Refusal.self) { try await first.task.value }
        await #expect(throws: GenerationLost.self) { try await follower.task.value }
        #expect(unused.runs == 0)
        #expect(await eventually { folder.files.isEmpty })
    }

    @Test("What was found under way elsewhere and is gone is made anew only if the bytes will be the same")
    func foundAndGone() async throws {
        for isRepeatable in [false, true] {
            let (gone, second) = (Generator(), Generator())
            let first = await request(gone, in: one, repeatable: isRepeatable)
            gone.yield(String(repeating: "0123456789abcdef", count: 8192))
            #expect(await eventually { first.received.count == 131_072 })
            let name = try #require(folder.files.first)
            let file = await SpooledFile(second.file(repeatable: isRepeatable), in: other, key: "k")
            first.task.cancel()
            _ = await first.task.result
            #expect(await eventually { folder.files.isEmpty })
            second.yield("other bytes")
            second.finish()
            let received = Received()
            var client = Client(received: received)
            guard isRepeatable else {
                // A client that has some of the first bytes would go on with these by the same tag.
                await #expect(throws: GenerationLost.self) { try await file.write(to: &client) }
                #expect(second.runs == 0 && received.count == 0)
                #expect(await eventually { folder.files.isEmpty })
                continue
            }
            try await file.write(to: &client)
            #expect(received.bytes == Array("other bytes".utf8))
            #expect(await eventually { folder.files.count == 1 && !folder.files[0].hasSuffix(".part") })
            // Whoever is late to remove the first file must not hit this one.
            #expect(!folder.files[0].hasPrefix(name.dropLast(5)))
        }
    }

    @Test("A file that another process has removed is generated again")
    func removedByOthers() async throws {
        let (first, second) = (Generator(), Generator())
        for generator in [first, second] {
            generator.yield("content")
            generator.finish()
        }
        try await request(first, in: one).task.value
        #expect(await eventually { folder.files.contains { !$0.hasSuffix(".part") } })
        for file in folder.files { try FileManager.default.removeItem(atPath: folder.file(file)) }
        try await request(second, in: one).task.value
        #expect(second.runs == 1)
    }
}
