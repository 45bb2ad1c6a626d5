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
        Glibc.close(stale.sockets[0].descriptor)
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
        try SystemError.check("listen", listen(living.sockets[0].descriptor, 0))
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
        _ = try Socket.accept(from: living.sockets[0].descriptor)
        thread.join()
    }

    @Test("Of two that bind one path at the same time one listens there, and the other is refused")
    func refusesRival() throws {
        defer { cleanUp() }
        for round in 0..<300 {
            let path = path("s\(round)")
            // Both find it stale.
            Glibc.close(try Listener.bound(to: .unix(path: path)).sockets[0].descriptor)
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
                try #require(unsafe getsockname(living.sockets[0].descriptor, $0, &size) == 0)
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
        let told = try ListenAddress(parsing: listener.addresses[0])
        #expect(told != .tcp(host: host, port: 0))
        // It is that one.
        #expect(throws: ListenError.self) { try Listener.bound(to: told) }
    }

    @Test("TCP sockets listen on both families", arguments: ["127.0.0.1", "::1"])
    func listensOnTCP(host: String) throws {
        defer { cleanUp() }
        let listener = try Listener.bound(to: .tcp(host: host, port: 0))
        defer { listener.close() }
        #expect(Socket.isListening(listener.sockets[0].descriptor))
    }

    // MARK: - Several

    @Test("A name listens on all addresses that it has, on one port, and tells each")
    func listensOnAllAddresses() async throws {
        defer { cleanUp() }
        let expected = try SocketAddress.all(ofHost: "localhost", port: 0).map(\.host)
        let listener = try Listener.bound(to: .tcp(host: "localhost", port: 0))
        defer { listener.close() }
        let addresses = listener.sockets.compactMap { SocketAddress.local(of: $0.descriptor) }
        #expect(addresses.map(\.host) == expected)
        #expect(Set(addresses.map(\.port)).count == 1 && addresses[0].port > 0)
        #expect(listener.addresses == addresses.map { "\($0)" })
        for address in addresses {
            let client = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            try address.connect(client)
            Glibc.close(client)
        }
    }

    /// The addresses of a host that has several: more than `localhost` has on every machine.
    private func addresses(port: Int) throws -> [SocketAddress] {
        // The third is of no machine (RFC 5737), as that of IPv6 may be.
        try ["127.0.0.1", "127.0.0.2", "192.0.2.1"].flatMap { try SocketAddress.all(ofHost: $0, port: port) }
    }

    @Test(
        "Several addresses get one port that the kernel chooses, and those that this machine does not have are left out"
    )
    func listensOnOnePort() throws {
        defer { cleanUp() }
        let sockets = try ListeningSocket.bound(toAll: addresses(port: 0))
        defer { for socket in sockets { socket.close() } }
        let bound = sockets.compactMap { SocketAddress.local(of: $0.descriptor) }
        #expect(bound.map(\.host) == ["127.0.0.1", "127.0.0.2"])
        #expect(bound[0].port > 0 && bound[0].port == bound[1].port)
        #expect(throws: SystemError.self) {
            try ListeningSocket.bound(toAll: SocketAddress.all(ofHost: "192.0.2.1", port: 0))
        }
    }

    @Test("A port that is taken at one of several addresses is refused with that address, and none is listened on")
    func refusesPartlyTakenPort() throws {
        defer { cleanUp() }
        let living = try Listener.bound(to: .tcp(host: "127.0.0.2", port: 0))
        defer { living.close() }
        let port = Int(try #require(SocketAddress.local(of: living.sockets[0].descriptor)).port)
        let error = #expect(throws: SystemError.self) { try ListeningSocket.bound(toAll: addresses(port: port)) }
        #expect(error?.description.hasPrefix("127.0.0.2:\(port): bind: ") == true)
        try Listener.bound(to: .tcp(host: "127.0.0.1", port: port)).close()
    }

    @Test("Of several addresses all are listened on, or none")
    func listensOnSeveral() throws {
        defer { cleanUp() }
        let one = ListenAddress.unix(path: path("a"))
        let listener = try Listener.bound(to: [one, .unix(path: path("b")), .tcp(host: "127.0.0.1", port: 0)])
        #expect(listener.sockets.count == 3 && listener.hasTCP)
        #expect(listener.addresses.prefix(2) == ["unix:\(path("a"))", "unix:\(path("b"))"])
        listener.close()
        #expect(throws: ListenError.self) { try Listener.bound(to: [one, one]) }
        #expect(throws: ListenError.self) { try Listener.bound(to: [one, .unix(path: path("none/s"))]) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        #expect(throws: ListenError.self) { try Listener.bound(to: []) }
    }
}
