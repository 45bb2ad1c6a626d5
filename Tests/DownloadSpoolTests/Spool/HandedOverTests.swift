import DownloadCore
import DownloadSystem
import Foundation
import Glibc
import TestSupport
import Testing

@testable import DownloadSpool

/// A file that a web server was told to send is there when it opens it, whatever other processes evict.
@Suite(.timeLimit(.minutes(60))) struct HandedOverTests {
    private let folder: TemporaryFolder
    private let one: Spool
    /// Another process's, which wants room for more than there is.
    private let other: Spool
    private let path: String

    init() async throws {
        folder = try TemporaryFolder()
        one = try Spool(folder.file("spool"))
        // Its first look at the files is the test's.
        other = try Spool(folder.file("spool"), sweeping: false)
        let file = VirtualFile(name: "a", repeatable: true) { sink in try await sink.write("content") }
        let received = Received()
        var client = Client(received: received)
        try await SpooledFile(file, in: one, key: "k").write(to: &client)
        let folder = folder
        #expect(await eventually { folder.files.contains { !$0.hasSuffix(".part") } })
        path = folder.file(try #require(folder.files.first))
        try setLastUse(-1000)
    }

    private func found(in spool: Spool) async -> SpooledFile<some DownloadFile> {
        let unused = VirtualFile(name: "a", repeatable: true) { (_: inout ContentSink) in throw Unused() }
        return await SpooledFile(unused, in: spool, key: "k")
    }

    private struct Unused: Error {}

    /// Sets when the file was last used, in seconds from now.
    private func setLastUse(_ seconds: Int64) throws {
        try Descriptor(AT_FDCWD).setTimes(of: path, accessed: WallClock.seconds + seconds)
    }

    private var isThere: Bool { FileManager.default.fileExists(atPath: path) }

    /// Lets the other process make room for as much as a spool may have.
    private func evict() { other.keepOrder(room: other.limits.bytes) }

    @Test("One that nobody has handed over or used of late is evicted")
    func evictsOthers() {
        evict()
        #expect(!isThere)
        #expect(other.figures.evictions == 1)
    }

    @Test("One that was handed over is kept for a minute, and then evicted")
    func isKept() async throws {
        #expect(await found(in: one).storedPath() == path)
        evict()
        #expect(isThere)
        // As after a minute and a half.
        try setLastUse(EvictionPolicy.handOverTime - 90)
        let gone = await eventually {
            evict()
            return !isThere
        }
        #expect(gone)
    }

    @Test("Who sends it by itself meanwhile does not shorten that")
    func isNotShortened() async throws {
        #expect(await found(in: one).storedPath() == path)
        let received = Received()
        var client = Client(received: received)
        try await found(in: other).write(to: &client)
        #expect(received.bytes == Array("content".utf8))
        let accessed = try FileStatus.of(path, followingLinks: false).accessed.seconds
        #expect(accessed > WallClock.seconds + EvictionPolicy.handOverTime / 2)
    }

    @Test("It is not handed over in the moment in which another process may evict it")
    func isNotHandedOverMeanwhile() async throws {
        let gate = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(".lock").path
        let lock = OwnedDescriptor(try Descriptor.open(gate, [.readWrite]))
        #expect(try lock.descriptor.lock(0..<1, .exclusive, waiting: false))
        #expect(await found(in: one).storedPath() == nil)
        try lock.descriptor.unlock(0..<1)
        #expect(await found(in: one).storedPath() == path)
    }

    @Test("One that was used after it was chosen for eviction stays")
    func staysWhenUsedMeanwhile() async throws {
        let chosen = try #require(try one.folder.sweep().first)
        #expect(await found(in: other).storedPath() == path)
        #expect(try !one.folder.remove(chosen))
        #expect(isThere)
        try setLastUse(-2000)
        let again = try #require(try one.folder.sweep().first)
        #expect(try one.folder.remove(again))
        #expect(!isThere)
    }
}
