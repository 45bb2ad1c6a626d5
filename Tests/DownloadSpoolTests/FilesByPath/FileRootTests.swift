import DownloadCore
import Foundation
import Glibc
import Testing

@testable import DownloadSpool

@Suite struct FileRootTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("inside", to: "root/a.txt")
        try folder.write("deep", to: "root/one/two/b.txt")
        try folder.write("secret", to: "secret.txt")
        try folder.link("root/out.txt", to: "../secret.txt")
        try folder.link("root/in.txt", to: "a.txt")
        try folder.link("root/absolute.txt", to: folder.file("root/a.txt"))
        try folder.link("root/linked", to: "one")
        try folder.link("root/up", to: "..")
        try folder.link("root/self", to: "self")
        try folder.link("root/proc", to: "/proc/self/root")
        _ = unsafe mkfifo(folder.file("root/fifo"), 0o600)
    }

    private func text(_ path: String, links: FileRoot.SymbolicLinks = .refused) async throws -> String {
        let file = try await PathFile(path, in: FileRoot(folder.file("root"), symbolicLinks: links))
        let received = Received()
        var client = Client(received: received)
        try await file.write(to: &client)
        return String(decoding: received.bytes, as: UTF8.self)
    }

    @Test("A file below the root is found")
    func findsFiles() async throws {
        #expect(try await text("a.txt") == "inside")
        #expect(try await text("one/two/b.txt") == "deep")
    }

    @Test(
        "Nothing outside the root is opened, however it is written",
        arguments: [
            "../secret.txt", "./a.txt", "one/../a.txt", "one/../../secret.txt", "..", ".", "", "/", "//", "a.txt/",
            "/etc/passwd", "//etc/passwd", "one//two/b.txt", "one/./two/b.txt", "a.txt\0", "a.txt\0.png", "\0",
            "../root/a.txt", "one/two/../../../secret.txt", "....//secret.txt", "..\\secret.txt",
            "%2e%2e/secret.txt", "up/secret.txt", "up/root/a.txt", "out.txt", "proc/etc/passwd", "self",
            "proc", "one", "one/two", "fifo", "a.txt/b", "missing", String(repeating: "a", count: 5000),
            Array(repeating: "one", count: 3000).joined(separator: "/"),
        ]
    )
    func refuses(path: String) async throws {
        for links in [FileRoot.SymbolicLinks.refused, .beneath] {
            await #expect(throws: FileNotFound.self) { _ = try await text(path, links: links) }
        }
    }

    @Test("Links are refused, or followed to what is beneath")
    func links() async throws {
        for path in ["in.txt", "linked/two/b.txt", "absolute.txt"] {
            await #expect(throws: FileNotFound.self) { _ = try await text(path) }
        }
        #expect(try await text("in.txt", links: .beneath) == "inside")
        #expect(try await text("linked/two/b.txt", links: .beneath) == "deep")
        // An absolute link leaves the root, even if it leads back.
        await #expect(throws: FileNotFound.self) { _ = try await text("absolute.txt", links: .beneath) }
    }

    @Test("Devices are refused")
    func devices() async throws {
        for name in ["null", "zero", "tty", "random"] {
            await #expect(throws: FileNotFound.self) { _ = try await PathFile(name, in: FileRoot("/dev")) }
        }
    }

    @Test("A root that is missing is an error of its own, not a missing file")
    func missingRoot() async throws {
        let error = await #expect(throws: (any Error).self) {
            _ = try await PathFile("a.txt", in: FileRoot(folder.file("nowhere")))
        }
        #expect(!(error is FileNotFound))
    }

    @Test("A folder that is swapped for a link under load never leads out")
    func swappedFolder() async throws {
        try folder.write("good", to: "root/swap/x.txt")
        try folder.write("evil", to: "outside/x.txt")
        try folder.link("root/link", to: "../outside")
        let root = FileRoot(folder.file("root"), symbolicLinks: .beneath)
        let folder = folder
        let swapping = Task.detached {
            while !Task.isCancelled {
                // RENAME_EXCHANGE.
                _ = exchange(folder.file("root/swap"), folder.file("root/link"))
                await Task.yield()
            }
        }
        var found = 0
        for _ in 0..<3000 {
            guard let file = try? await PathFile("swap/x.txt", in: root) else { continue }
            let received = Received()
            var client = Client(received: received)
            try await file.write(to: &client)
            #expect(received.bytes == Array("good".utf8))
            found += 1
        }
        swapping.cancel()
        #expect(found > 0)
    }
}

/// renameat2 with RENAME_EXCHANGE.
private func exchange(_ a: String, _ b: String) -> Int32 {
    unsafe renameat2(AT_FDCWD, a, AT_FDCWD, b, 2)
}

@_silgen_name("renameat2")
private func renameat2(
    _ a: Int32,
    _ aPath: UnsafePointer<CChar>,
    _ b: Int32,
    _ bPath: UnsafePointer<CChar>,
    _ flags: UInt32
) -> Int32
