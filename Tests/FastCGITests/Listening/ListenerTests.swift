import DownloadSystem
import Foundation
import TestSupport
import Testing

@testable import FastCGI

@Suite struct ListenerTests {
    private let directory: String

    init() throws {
        directory = "/tmp/listener-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func cleanUp() { try? FileManager.default.removeItem(atPath: directory) }

    @Test(
        "Addresses are parsed and printed",
        arguments: [
            ("unix:/run/a.sock", ListenAddress.unix(path: "/run/a.sock")),
            ("unix:a b", .unix(path: "a b")),
            ("127.0.0.1:9000", .tcp(host: "127.0.0.1", port: 9000)),
            ("localhost:0", .tcp(host: "localhost", port: 0)),
            ("[::1]:9000", .tcp(host: "::1", port: 9000)),
        ]
    )
    func parses(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress(parsing: text) == address)
        #expect("\(address)" == text)
    }

    @Test(
        "What is no address is refused",
        arguments: ["", "unix:", "/run/a.sock", "9000", ":9000", "host:", "host:70000", "host:x"]
    )
    func refuses(text: String) {
        #expect(throws: ListenError.self) { try ListenAddress(parsing: text) }
    }

    @Test("A unix socket is as open as asked, and no wider", arguments: [0o660, 0o600, 0o666] as [UInt32])
    func setsMode(mode: UInt32) throws {
        defer { cleanUp() }
        let listener = try Listener.bound(to: .unix(path: path("s")), mode: mode)
        defer { listener.close() }
        var status = stat()
        unsafe lstat(path("s"), &status)
        #expect(status.st_mode & 0o777 == mode)
    }

    @Test("Binding takes no rights from the files that other threads make meanwhile")
    func leavesTheMaskAlone() async throws {
        defer { cleanUp() }
        let directory = directory
        let modes = Task.detached {
            (0..<2000)
                .map { index in
                    var status = stat()
                    unsafe mkdir("\(directory)/\(index)", 0o777)
                    unsafe lstat("\(directory)/\(index)", &status)
                    return status.st_mode & 0o700
                }
        }
        for index in 0..<500 {
            try Listener.bound(to: .unix(path: path("s\(index)")), mode: 0o600).close()
        }
        #expect(await modes.value.allSatisfy { $0 == 0o700 })
    }

    @Test("A stale socket is replaced")
    func replacesStale() throws {
        defer { cleanUp() }
        let stale = try Listener.bound(to: .unix(path: path("s")))
        Glibc.close(stale.descriptor)
        let listener = try Listener.bound(to: .unix(path: path("s")))
        listener.close()
        #expect(!FileManager.default.fileExists(atPath: path("s")))
    }

    @Test("The socket of a process that lives is refused")
    func refusesLiving() throws {
        defer { cleanUp() }
        let living = try Listener.bound(to: .unix(path: path("s")))
        defer { living.close() }
        #expect(throws: ListenError.self) { try Listener.bound(to: .unix(path: path("s"))) }
        #expect(FileManager.default.fileExists(atPath: path("s")))
    }

    @Test("The socket of a process that lives but accepts nothing is refused at once")
    func refusesBusy() async throws {
        defer { cleanUp() }
        let living = try Listener.bound(to: .unix(path: path("s")))
        defer { living.close() }
        // No more connections may wait there than are made now.
        try SystemError.check("listen", listen(living.descriptor, 0))
        let waiting = try TestClient(path: path("s"))
        let address = ListenAddress.unix(path: path("s"))
        let refusal = Lock<String?>(nil)
        let thread = try OwnThread {
            let error = #expect(throws: ListenError.self) { try Listener.bound(to: address) }
            refusal.withLock { $0 = error?.description }
        }
        #expect(await eventually { refusal.withLock { $0 } != nil })
        #expect(refusal.withLock { $0 }?.hasSuffix("another process does; stop it or choose another path") == true)
        // Whoever waits for room in the queue gets it.
        waiting.close()
        _ = try Socket.accept(from: living.descriptor)
        thread.join()
    }

    @Test("Of two that bind one path at the same time one listens there, and the other is refused")
    func refusesRival() throws {
        defer { cleanUp() }
        for round in 0..<300 {
            let path = path("s\(round)")
            // Both find it stale.
            Glibc.close(try Listener.bound(to: .unix(path: path)).descriptor)
            let listeners = Lock<[Listener]>([])
            let rivals = try (0..<2)
                .map { _ in
                    try OwnThread {
                        guard let listener = try? Listener.bound(to: .unix(path: path)) else { return }
                        listeners.withLock { $0.append(listener) }
                    }
                }
            for rival in rivals { rival.join() }
            let bound = listeners.withLock { $0 }
            #expect(bound.count == 1, "in round \(round)")
            for listener in bound { listener.close() }
        }
    }

    @Test("Any other file is refused, and stays as it is")
    func refusesFile() throws {
        defer { cleanUp() }
        try "precious".write(toFile: path("f"), atomically: true, encoding: .utf8)
        #expect(throws: ListenError.self) { try Listener.bound(to: .unix(path: path("f"))) }
        #expect(try String(contentsOfFile: path("f"), encoding: .utf8) == "precious")
    }

    @Test("A path too long for a socket is refused with its length and what to do")
    func refusesLongPath() {
        defer { cleanUp() }
        let path = "/tmp/" + String(repeating: "a", count: 200)
        let error = #expect(throws: ListenError.self) { try Listener.bound(to: .unix(path: path)) }
        #expect(error?.description.hasSuffix("has 205 bytes; choose one of at most 107") == true)
    }

    @Test("A path without its folder is refused with what to do")
    func refusesMissingFolder() throws {
        defer { cleanUp() }
        let error = #expect(throws: ListenError.self) { try Listener.bound(to: .unix(path: path("none/s"))) }
        #expect(error?.description.hasSuffix("No such file or directory; create the folder first") == true)
    }

    @Test("A port that is taken is refused with what to do")
    func refusesTakenPort() throws {
        defer { cleanUp() }
        let living = try Listener.bound(to: .tcp(host: "127.0.0.1", port: 0))
        defer { living.close() }
        var name = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try unsafe withUnsafeMutablePointer(to: &name) { pointer in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try #require(unsafe getsockname(living.descriptor, $0, &size) == 0)
            }
        }
        let port = Int(UInt16(bigEndian: name.sin_port))
        let error = #expect(throws: ListenError.self) { try Listener.bound(to: .tcp(host: "127.0.0.1", port: port)) }
        #expect(error?.description.hasSuffix("stop the process that listens there, or choose another port") == true)
    }

    @Test("A port that the kernel has chosen is told", arguments: ["127.0.0.1", "::1"])
    func tellsPort(host: String) throws {
        defer { cleanUp() }
        let listener = try Listener.bound(to: .tcp(host: host, port: 0))
        defer { listener.close() }
        let told = try ListenAddress(parsing: listener.address)
        #expect(told != .tcp(host: host, port: 0))
        // It is that one.
        #expect(throws: ListenError.self) { try Listener.bound(to: told) }
    }

    @Test("TCP sockets listen on both families", arguments: ["127.0.0.1", "::1"])
    func listensOnTCP(host: String) throws {
        defer { cleanUp() }
        let listener = try Listener.bound(to: .tcp(host: host, port: 0))
        defer { listener.close() }
        #expect(Socket.isListening(listener.descriptor))
    }
}
