import DownloadCore
import Foundation
import Glibc
import Testing

@testable import DownloadSpool

@Suite struct FileListTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("inside", to: "root/a.txt")
        try folder.write("hidden", to: "root/.hidden")
        try folder.write("deep", to: "root/one/two/b.txt")
        try folder.write("third", to: "root/one.txt")
        try folder.write("secret", to: "secret.txt")
        try folder.link("root/out.txt", to: "../secret.txt")
        try folder.link("root/in.txt", to: "a.txt")
        try folder.link("root/linked", to: "one")
        try folder.link("root/one/up", to: "..")
        try folder.link("root/outside", to: "../..")
        _ = unsafe mkfifo(folder.file("root/fifo"), 0o600)
    }

    private func root(_ links: FileRoot.SymbolicLinks = .refused) -> FileRoot {
        FileRoot(folder.file("root"), symbolicLinks: links)
    }

    @Test("All files below a folder are listed, in the order of their paths, and nothing else")
    func listsFiles() async throws {
        let files = try await root().files()
        #expect(files.map(\.relativePath) == [".hidden", "a.txt", "one.txt", "one/two/b.txt"])
        #expect(files.map(\.name) == [".hidden", "a.txt", "one.txt", "b.txt"])
        #expect(files.map(\.size) == [6, 6, 5, 4])
        #expect(try await root().files(below: "one").map(\.relativePath) == ["one/two/b.txt"])
    }

    @Test("Links to what is beneath are followed where the root says so, and never in a circle")
    func followsLinks() async throws {
        #expect(
            try await root(.beneath).files().map(\.relativePath) == [
                ".hidden", "a.txt", "in.txt", "linked/two/b.txt", "one.txt", "one/two/b.txt",
            ]
        )
    }

    @Test(
        "What is not a folder below the root is not found",
        arguments: ["..", ".", "/", "one/..", "one/", "/etc", "missing", "a.txt", "fifo", "outside", "one/up", "one\0"]
    )
    func refuses(path: String) async throws {
        await #expect(throws: FileNotFound.self) { try await root().files(below: path) }
    }

    @Test("A listed file has the tag and the bytes of the same file by its path, and takes no descriptor before")
    func opensWhenSent() async throws {
        for number in 0..<50 { try folder.write("file \(number)", to: "root/many/\(number).txt") }
        let files = try await root().files(below: "many")
        #expect(files.count == 50)
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let open = descriptors.compactMap { number in
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
        }
        #expect(!open.contains { $0.contains("/root/many/") && $0.hasPrefix(folder.path) })
        let file = try #require(files.first { $0.name == "7.txt" })
        let received = Received()
        var client = Client(received: received)
        try await file.write(to: &client)
        #expect(received.bytes == Array("file 7".utf8))
        let opened = try await PathFile("many/7.txt", in: root())
        #expect(opened.entityTag?.value == file.entityTag?.value)
    }

    @Test("Files are taken by their paths, in the order asked for, and each as often")
    func takesChosen() async throws {
        let files = try await root().files(at: ["one/two/b.txt", "a.txt", "a.txt"])
        #expect(files.map(\.relativePath) == ["one/two/b.txt", "a.txt", "a.txt"])
        #expect(files.map(\.size) == [4, 6, 6])
        #expect(try await root().files(at: []).isEmpty)
        #expect(try await root(.beneath).files(at: ["in.txt"]).map(\.name) == ["in.txt"])
    }

    @Test(
        "One that is not found is not left out in silence",
        arguments: ["missing", "in.txt", "out.txt", "../secret.txt", "one", "fifo", "", "one//two/b.txt", "a.txt\0"]
    )
    func refusesChosen(path: String) async throws {
        await #expect(throws: FileNotFound.self) { try await root().files(at: ["a.txt", path]) }
    }

    @Test("A file that has changed since it was listed, or is gone, fails before its first byte")
    func changedSince() async throws {
        let files = try await root().files()
        try folder.write("larger than before", to: "root/a.txt")
        try FileManager.default.removeItem(atPath: folder.file("root/one.txt"))
        let received = Received()
        await #expect(throws: FileChanged.self) {
            var client = Client(received: received)
            try await files[1].write(to: &client)
        }
        await #expect(throws: FileNotFound.self) {
            var client = Client(received: received)
            try await files[2].write(to: &client)
        }
        #expect(received.bytes.isEmpty)
    }
}
