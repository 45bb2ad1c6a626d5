import DownloadSystem
import Glibc
import Testing

@Suite struct DescriptorTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func file(_ name: String, containing text: String = "") throws -> Descriptor {
        let file = try Descriptor.open(folder.path(name), [.readWrite, .create])
        try file.write(Array(text.utf8))
        try file.seek(to: 0)
        return file
    }

    @Test("What was written is read, from the beginning, from a place, and up to a limit")
    func readsAndWrites() throws {
        let file = try file("a", containing: "0123456789")
        defer { file.discard() }
        #expect(try file.readAll(upTo: 100) == Array("0123456789".utf8))
        #expect(try file.readAll(upTo: 100).isEmpty)
        var bytes = [UInt8](repeating: 0, count: 4)
        var span = bytes.mutableSpan
        var buffer = unsafe span.mutableBytes
        #expect(try file.read(into: &buffer, at: 3) == 4)
        #expect(try file.read(into: &buffer, at: 9) == 1)
        #expect(try file.read(into: &buffer, at: 10) == 0)
        #expect(bytes == Array("9456".utf8))
        try file.seek(to: 2)
        #expect(try file.readAll(upTo: 3) == Array("234".utf8))
        try file.truncate(to: 1)
        #expect(try file.status.size == 1)
        try file.synchronize()
    }

    @Test("More than a pipe holds is written whole, while another thread reads it")
    func writesAll() throws {
        let pipe = try Pipe()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let thread = try Thread {
            try? pipe.writing.write(bytes)
            pipe.writing.discard()
        }
        #expect(try pipe.reading.readAll(upTo: .max) == bytes)
        thread.join()
        pipe.reading.discard()
    }

    @Test("A failed call is told with its name and its reason")
    func tellsFailures() throws {
        let error = #expect(throws: SystemError.self) { try Descriptor.open(folder.path("absent"), .readOnly) }
        #expect(error?.code == ENOENT)
        #expect("\(try #require(error))" == "open: No such file or directory")
        #expect(throws: SystemError.self) { try Descriptor(-1).close() }
        #expect("\(SystemError(call: "open", code: EMFILE))".contains("ulimit -n"))
    }

    @Test(
        "Only regular files are opened as such, and without waiting: no pipe, device or folder, not even through a link"
    )
    func opensRegularFiles() throws {
        try file("regular", containing: "x").close()
        #expect(unsafe mkfifo(folder.path("pipe"), 0o600) == 0)
        #expect(unsafe symlink("pipe", folder.path("link")) == 0)
        #expect(unsafe mkdir(folder.path("folder"), 0o700) == 0)
        let (open, status) = try Descriptor.openRegularFile(folder.path("regular"))
        #expect(status.kind == .regular && status.size == 1)
        open.discard()
        for path in ["pipe", "link"].map(folder.path) + ["/dev/zero", "/dev/null"] {
            let error = #expect(throws: SystemError.self, "\(path)") { try Descriptor.openRegularFile(path) }
            #expect(error?.code == EINVAL, "\(path)")
        }
        #expect(throws: SystemError.self) { try Descriptor.openRegularFile(folder.path("folder")) }
        #expect(throws: SystemError.self) { try Descriptor.openRegularFile(folder.path("link"), .noFollow) }
    }

    @Test("A program that is started gets none of the descriptors")
    func closesOnExec() throws {
        let pipe = try Pipe()
        defer { pipe.close() }
        let all = [
            pipe.reading, pipe.writing, try file("a"), try .memoryFile("test"), try .open(folder.path, .folder),
            Descriptor(try WakeUp().descriptor),
        ]
        for descriptor in all.dropLast() {
            #expect(fcntl(descriptor.number, F_GETFD) & FD_CLOEXEC != 0)
        }
        for descriptor in all[2...4] { descriptor.discard() }
    }

    @Test("A descriptor with an owner is closed with it, once")
    func closesOwned() throws {
        let number: Int32
        do {
            let owned = OwnedDescriptor(try file("a"))
            number = owned.descriptor.number
            #expect(fcntl(number, F_GETFD) >= 0)
        }
        #expect(throws: SystemError.self) { try Descriptor(number).status }
        let released = OwnedDescriptor(try file("a")).release()
        #expect(try released.status.kind == .regular)
        try OwnedDescriptor(released).close()
        #expect(throws: SystemError.self) { try released.status }
    }

    // MARK: - Below a folder

    @Test("Nothing outside of a folder is opened from it, by whatever spelling or link")
    func staysBeneath() throws {
        let outside = try TemporaryFolder()
        try Descriptor.open(outside.path("secret"), [.writeOnly, .create]).close()
        try file("inside").close()
        #expect(unsafe mkdir(folder.path("sub"), 0o700) == 0)
        #expect(unsafe symlink(outside.path, folder.path("out")) == 0)
        #expect(unsafe symlink("../inside", folder.path("sub/in")) == 0)
        let root = try Descriptor.open(folder.path, .folder)
        defer { root.discard() }
        for path in ["inside", "sub/../inside", "sub/in"] {
            try root.open(path, .readOnly, resolution: .beneath).close()
        }
        for path in [
            "..", "../\(outside.path.dropFirst(5))/secret", "out/secret", "sub/../../x", outside.path("secret"), "/etc",
        ] {
            let error = #expect(throws: SystemError.self, "\(path)") {
                try root.open(path, .readOnly, resolution: .beneath)
            }
            #expect(error?.code == EXDEV, "\(path)")
        }
        #expect(throws: SystemError.self) {
            try root.open("sub/in", .readOnly, resolution: [.beneath, .noSymbolicLinks])
        }
        try root.open("made", [.writeOnly, .create], resolution: .beneath, permissions: 0o600).close()
        #expect(try root.status(of: "made").permissions == 0o600)
    }

    @Test("A file without a name gets one at once, which is not taken from another")
    func namesFiles() throws {
        let root = try Descriptor.open(folder.path, .folder)
        defer { root.discard() }
        let file = try Descriptor.unnamedFile(in: folder.path)
        try file.write(Array("whole".utf8))
        #expect(try file.status.linkCount == 0)
        try file.link(as: "named", in: root)
        #expect(try file.status.isSameFile(as: root.status(of: "named")))
        #expect(throws: SystemError.self) { try file.link(as: "named", in: root) }
        try root.rename("named", to: "renamed")
        try root.unlink("renamed")
        #expect(throws: SystemError.self) { try root.unlink("renamed") }
        file.discard()
    }

    // MARK: - Locks

    @Test("A range is locked for one opening of a file, in the same process too, until that is closed")
    func locksRanges() throws {
        let one = try file("a")
        let other = try file("a")
        #expect(try one.lock(0..<10, .exclusive, waiting: false))
        #expect(try !other.lock(5..<6, .exclusive, waiting: false))
        #expect(try !other.lock(5..<6, .shared, waiting: false))
        #expect(try other.lock(10..<11, .exclusive, waiting: false))
        try one.unlock(0..<6)
        #expect(try other.lock(5..<6, .exclusive, waiting: false))
        one.discard()
        #expect(try other.lock(0..<10, .exclusive, waiting: false))
        other.discard()
    }

    @Test("A folder is locked, shared by some or by one alone")
    func locksFolders() throws {
        let one = try Descriptor.open(folder.path, .folder)
        let other = try Descriptor.open(folder.path, .folder)
        #expect(try one.lock(.shared, waiting: false) && other.lock(.shared, waiting: false))
        #expect(try !one.lock(.exclusive, waiting: false))
        other.unlock()
        #expect(try one.lock(.exclusive, waiting: true))
        #expect(try !other.lock(.shared, waiting: false))
        one.discard()
        #expect(try other.lock(.shared, waiting: false))
        other.discard()
    }
}
