import DownloadCore
import DownloadSystem
import DownloadTesting
import Foundation
import Glibc
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import DownloadSpool

/// One generation for all who want its bytes, within a process.
@Suite(.timeLimit(.minutes(60))) struct SpoolTests {
    private let folder: TemporaryFolder
    private let spool: Spool

    init() throws {
        folder = try TemporaryFolder()
        spool = try Spool(folder.file("spool"))
    }

    private func request(
        _ generator: Generator,
        key: String = "k",
        allowance: Int = .max,
        range: Range<Int64>? = nil,
        size: Int64? = nil
    ) async -> (received: Received, task: Task<Void, any Error>) {
        let file = await SpooledFile(generator.file(size: size), in: spool, key: key)
        let received = Received(allowance: allowance)
        let task = Task {
            var client = Client(received: received)
            if let range { try await file.write(range, to: &client) } else { try await file.write(to: &client) }
        }
        return (received, task)
    }

    /// The file in the spool, once there is one.
    private func wholeFile() async throws -> String {
        #expect(await eventually { folder.files.contains { !$0.hasSuffix(".part") } })
        return try #require(folder.files.first)
    }

    @Test("Bytes are on their way while the generator waits")
    func isOnItsWay() async throws {
        let generator = Generator()
        let first = await request(generator)
        generator.yield("one ")
        #expect(await eventually { first.received.count == 4 })
        generator.yield("two")
        #expect(await eventually { first.received.count == 7 })
        generator.finish()
        try await first.task.value
        #expect(first.received.bytes == Array("one two".utf8))
    }

    @Test("Whoever asks meanwhile or afterwards shares the one generation")
    func shares() async throws {
        let generator = Generator()
        let first = await request(generator)
        generator.yield("one ")
        #expect(await eventually { first.received.count == 4 })
        let second = await request(generator)
        #expect(await eventually { second.received.count == 4 })
        generator.yield("two")
        generator.finish()
        try await first.task.value
        try await second.task.value
        _ = try await wholeFile()
        let third = await request(generator)
        try await third.task.value
        for bytes in [first.received.bytes, second.received.bytes, third.received.bytes] {
            #expect(bytes == Array("one two".utf8))
        }
        #expect(generator.runs == 1)
        #expect(spool.figures.generations == 1)
        #expect(spool.figures.shared == 1)
        #expect(spool.figures.hits == 1)
    }

    @Test("Other keys are other generations")
    func otherKeys() async throws {
        let (a, b) = (Generator(), Generator())
        let first = await request(a, key: "a")
        let second = await request(b, key: "b")
        a.yield("A")
        b.yield("B")
        a.finish()
        b.finish()
        try await first.task.value
        try await second.task.value
        #expect(first.received.bytes == Array("A".utf8) && second.received.bytes == Array("B".utf8))
    }

    @Test("A reader who takes nothing paces nobody")
    func slowReader() async throws {
        let generator = Generator()
        let slow = await request(generator, allowance: 0)
        let quick = await request(generator)
        let piece = String(repeating: "0123456789abcdef", count: 4096)
        for _ in 0..<100 { generator.yield(piece) }
        generator.finish()
        try await quick.task.value
        #expect(quick.received.count == 6_553_600)
        #expect(slow.received.count == 0)
        slow.received.allow(.max)
        try await slow.task.value
        #expect(slow.received.bytes == quick.received.bytes)
        #expect(generator.runs == 1)
    }

    @Test("The first who leaves takes nothing from the others, and the last ends the generation")
    func leaving() async throws {
        let generator = Generator()
        let first = await request(generator)
        let second = await request(generator)
        generator.yield("one ")
        #expect(await eventually { first.received.count == 4 && second.received.count == 4 })
        first.task.cancel()
        _ = await first.task.result
        generator.yield("two")
        #expect(await eventually { second.received.count == 7 })
        #expect(generator.cancellations == 0)
        second.task.cancel()
        _ = await second.task.result
        #expect(await eventually { generator.cancellations == 1 })
        #expect(await eventually { folder.files.isEmpty })
        // Whoever comes now begins anew.
        let other = Generator()
        let third = await request(other)
        other.yield("three")
        other.finish()
        try await third.task.value
        #expect(third.received.bytes == Array("three".utf8))
    }

    @Test("Who has had all bytes of the declared size and leaves before the generator ends does not cancel it")
    func leavingAtTheEnd() async throws {
        let generator = Generator()
        let first = await request(generator, size: 7)
        generator.yield("one two")
        try await first.task.value
        #expect(first.received.bytes == Array("one two".utf8))
        let second = await request(generator, size: 7)
        generator.finish()
        try await second.task.value
        _ = try await wholeFile()
        #expect(generator.runs == 1 && generator.cancellations == 0)
        #expect(spool.figures.cancellations == 0)
    }

    @Test("What can't be removed while its folder is not to be had is removed once it is")
    func removesLeftoversLater() async throws {
        let generator = Generator()
        let first = await request(generator)
        generator.yield("one ")
        #expect(await eventually { first.received.count == 4 })
        let part = try #require(folder.files.first)
        let place = URL(fileURLWithPath: folder.file(part)).deletingLastPathComponent().path
        // Another thing has its name meanwhile.
        try FileManager.default.moveItem(atPath: place, toPath: place + "-aside")
        try Data().write(to: URL(fileURLWithPath: place))
        first.task.cancel()
        _ = await first.task.result
        generator.finish()
        #expect(await eventually { !spool.leftovers.withLock(\.files).isEmpty })
        try FileManager.default.removeItem(atPath: place)
        try FileManager.default.moveItem(atPath: place + "-aside", toPath: place)
        #expect(await eventually { folder.files.isEmpty })
    }

    @Test("A failure is everybody's, and is not remembered")
    func failure() async throws {
        let generator = Generator()
        let readers = [await request(generator), await request(generator), await request(generator)]
        generator.yield("one ")
        #expect(await eventually { readers.allSatisfy { $0.received.count == 4 } })
        generator.fail()
        for reader in readers {
            await #expect(throws: Generator.Refusal.self) { try await reader.task.value }
        }
        #expect(await eventually { folder.files.isEmpty })
        let again = Generator()
        let later = await request(again)
        again.yield("good")
        again.finish()
        try await later.task.value
        #expect(later.received.bytes == Array("good".utf8))
        #expect(spool.figures.failures == 1)
    }

    @Test("A content of another size than it was declared to have is nobody's, and is not kept", arguments: [3, 5])
    func wrongSize(size: Int64) async throws {
        let generator = Generator()
        let reader = await request(generator, size: size)
        generator.yield("four")
        generator.finish()
        await #expect(throws: (any Error).self) {
            try await reader.task.value
            // Too short: the response's own account tells.
            if size > 4 { #expect(reader.received.count == 4) }
        }
        #expect(await eventually { folder.files.isEmpty })
    }

    @Test("A range of a generation under way comes as soon as its bytes are there, and one beyond waits")
    func ranges() async throws {
        let generator = Generator()
        let first = await request(generator, size: 12)
        generator.yield("0123456")
        #expect(await eventually { first.received.count == 7 })
        let there = await request(generator, range: 2..<5, size: 12)
        try await there.task.value
        #expect(there.received.bytes == Array("234".utf8))
        let beyond = await request(generator, range: 8..<11, size: 12)
        generator.yield("789")
        #expect(await eventually { beyond.received.count == 2 })
        generator.yield("ab")
        try await beyond.task.value
        #expect(beyond.received.bytes == Array("89a".utf8))
        generator.finish()
        try await first.task.value
    }

    @Test("A whole file has a size, a tag, a digest and ranges, and the tag is that of the stream")
    func wholeFileIsLikeAnyOther() async throws {
        let view = NumbersView(spool: spool)
        let streamed = try await view.response(to: .get("/n"))
        #expect(streamed.headerFields[.contentLength] == nil)
        let tag = try #require(streamed.headerFields[.eTag])
        _ = try await wholeFile()
        let whole = try await view.response(to: .get("/n"))
        #expect(whole.body == streamed.body)
        #expect(whole.headerFields[.contentLength] == String(streamed.body.count))
        #expect(whole.headerFields[.eTag] == tag)
        #expect(whole.headerFields[.reprDigest] == "sha-256=:\(NumbersView.digest):")
        let part = try await view.response(to: .get("/n", headerFields: [.range: "bytes=1000-", .ifRange: tag]))
        #expect(part.status == .partialContent)
        #expect(part.body == Array(streamed.body[1000...]))
        #expect(try await view.response(to: .head("/n")).headerFields[.contentLength] == String(streamed.body.count))
        #expect(try await view.response(to: .get("/n", headerFields: [.ifNoneMatch: tag])).status == .notModified)
        #expect(view.runs.load(ordering: .relaxed) == 1)
    }

    @Test("HEAD and 304 generate nothing")
    func headGeneratesNothing() async throws {
        let view = NumbersView(spool: spool)
        let head = try await view.response(to: .head("/n"))
        #expect(head.status == .ok)
        #expect(view.runs.load(ordering: .relaxed) == 0)
        #expect(folder.files.isEmpty)
    }

    @Test("A content that another run would not give again has the tag of its own run")
    func unrepeatableTags() async throws {
        func tag() async throws -> EntityTag {
            let generator = Generator()
            let file = await SpooledFile(generator.file(), in: spool, key: "k")
            let tag = try #require(file.entityTag)
            generator.yield("x")
            generator.finish()
            var client = Client(received: Received())
            try await file.write(to: &client)
            return tag
        }
        let first = try await tag()
        let name = try await wholeFile()
        #expect(await SpooledFile(Generator().file(), in: spool, key: "k").entityTag == first)
        try FileManager.default.removeItem(atPath: folder.file(name))
        #expect(try await tag() != first)
    }

    @Test("A name is used once, and says nothing of the key")
    func names() async throws {
        let view = NumbersView(spool: spool)
        _ = try await view.response(to: .get("/n"))
        let first = try await wholeFile()
        try FileManager.default.removeItem(atPath: folder.file(first))
        _ = try await view.response(to: .get("/n"))
        let second = try await wholeFile()
        #expect(first != second)
        #expect(!first.contains("numbers"))
        let permissions = try FileManager.default.attributesOfItem(atPath: folder.file(second))[.posixPermissions]
        #expect(permissions as? Int == 0o600)
    }

    @Test("A folder that is not safe or not there is refused with a word")
    func refusesFolders() throws {
        let open = folder.file("open")
        try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: true)
        _ = unsafe chmod(open, 0o777)
        #expect(throws: SpoolError.self) { _ = try Spool(open) }
        #expect(throws: SpoolError.self) { _ = try Spool(folder.file("not/there")) }
        let others = folder.file("others")
        try FileManager.default.createDirectory(atPath: others, withIntermediateDirectories: true)
        // Only root can give a folder away.
        if unsafe chown(others, 65534, 65534) == 0 {
            #expect(throws: SpoolError.self) { _ = try Spool(others) }
        }
        try folder.write("x", to: "file")
        #expect(throws: SpoolError.self) { _ = try Spool(folder.file("file")) }
    }

    @Test("Without its folder downloads are streamed, and afterwards it works again")
    func removedFolder() async throws {
        try FileManager.default.removeItem(atPath: folder.file("spool"))
        try folder.write("in the way", to: "spool")
        let view = NumbersView(spool: spool)
        let first = try await view.response(to: .get("/n"))
        #expect(first.body == NumbersView.bytes)
        try FileManager.default.removeItem(atPath: folder.file("spool"))
        let second = try await view.response(to: .get("/n"))
        #expect(second.body == NumbersView.bytes)
        _ = try await wholeFile()
    }

    @Test("A folder that is removed under a generation leaves its readers alone")
    func folderRemovedMeanwhile() async throws {
        let generator = Generator()
        let reader = await request(generator)
        generator.yield("one ")
        #expect(await eventually { reader.received.count == 4 })
        try FileManager.default.removeItem(atPath: folder.file("spool"))
        generator.yield("two")
        generator.finish()
        try await reader.task.value
        #expect(reader.received.bytes == Array("one two".utf8))
    }

    @Test("What is left of a crash is gone after the next start, and what is being generated stays")
    func leftovers() async throws {
        let generator = Generator()
        let reader = await request(generator)
        generator.yield("alive")
        #expect(await eventually { reader.received.count == 5 })
        let alive = try #require(folder.files.first)
        let key = SpoolKey(of: ["dead"])
        try folder.write("half", to: "spool/\(key.folder)/\(SpoolName.partial(key, GenerationID()).text)")
        let content = StoredContent(id: GenerationID(), created: 1, digest: Array(repeating: 0, count: 32), size: 100)
        try folder.write("too short", to: "spool/\(key.folder)/\(SpoolName.whole(key, content).text)")
        try folder.write("of others", to: "spool/notes.txt")
        _ = try Spool(folder.file("spool"))
        #expect(Set(folder.files) == [alive, "spool/notes.txt"])
        generator.finish()
        try await reader.task.value
    }
}

/// A view that counts how often its content is generated.
private struct NumbersView: VirtualDownloadView {
    static let bytes = Array((0..<2000).map { "\($0)\n" }.joined().utf8)
    static let digest = "YMp2fYgDhdFr1AmAAZCxL462nP8KMRej+hBu11HSs4Y="
    let spool: Spool
    let runs = Counter()

    final class Counter: Sendable {
        private let value = Atomic(0)
        func load(ordering: AtomicLoadOrdering) -> Int { value.load(ordering: .relaxed) }
        func increment() { value.add(1, ordering: .relaxed) }
    }

    func file(for request: DownloadRequest) async throws -> SpooledFile<VirtualFile<ContentWriter>> {
        let file = VirtualFile(name: "numbers.txt", repeatable: true) { [runs] sink in
            runs.increment()
            for n in 0..<2000 { try await sink.write("\(n)\n") }
        }
        return await SpooledFile(file, in: spool, key: "\(request.http.path ?? "") \(request.user ?? "")")
    }
}
