import DownloadSystem
import Foundation
import Testing

@testable import FastCGI

@Suite struct InheritedSocketsTests {
    /// Sockets that listen at free ports, under descriptors that follow one another.
    private func handedOver(_ count: Int32) throws -> (first: Int32, addresses: [String]) {
        let own = try (0..<count).map { _ in try Listener.bound(to: .tcp(host: "127.0.0.1", port: 0)).sockets[0] }
        defer { for socket in own { socket.close() } }
        var first = Int32(500)
        search: while true {
            var taken: [Int32] = []
            for (index, socket) in own.enumerated() {
                let descriptor = fcntl(socket.descriptor, F_DUPFD, first + Int32(index))
                try #require(descriptor >= 0)
                taken.append(descriptor)
                guard descriptor == first + Int32(index) else {
                    for descriptor in taken { close(descriptor) }
                    first += 1
                    continue search
                }
            }
            return (first, own.map(\.address))
        }
    }

    private func activation(_ count: String?, from first: Int32, names: String? = nil) -> SocketActivation {
        SocketActivation(count: count, process: "\(getpid())", names: names, first: first)
    }

    @Test("All sockets that are handed over are listened on, and told with their names")
    func takesAll() throws {
        let (first, addresses) = try handedOver(3)
        let listener = try #require(
            try Listener.inherited(standardInput: -1, activation: activation("3", from: first, names: "web::unknown\n"))
        )
        defer { listener.close() }
        #expect(listener.sockets.map(\.descriptor) == [first, first + 1, first + 2])
        #expect(listener.sockets.allSatisfy { $0.isTCP })
        #expect(
            listener.addresses == [
                "descriptor \(first) (web, \(addresses[0]))", "descriptor \(first + 1) (\(addresses[1]))",
                "descriptor \(first + 2) (unknown<U+000A>, \(addresses[2]))",
            ]
        )
        // Views that start programs do not hand them on.
        #expect(listener.sockets.allSatisfy { fcntl($0.descriptor, F_GETFD) & FD_CLOEXEC != 0 })
    }

    @Test("A socket that is the standard input, too, is listened on once")
    func takesOnce() throws {
        let (first, _) = try handedOver(1)
        let other = fcntl(first, F_DUPFD_CLOEXEC, 600)
        let listener = try Listener.inherited(standardInput: other, activation: activation("1", from: first))
        #expect(listener?.sockets.map(\.descriptor) == [other])
        listener?.close()
        close(first)
    }

    @Test("A descriptor among them that is not a listening stream socket is refused with its number and name")
    func refusesOthers() throws {
        let (first, _) = try handedOver(2)
        defer { close(first) }
        for make in [
            { socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) }, { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) },
            { unsafe open("/dev/null", O_RDONLY) },
            {
                let packets = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0)
                // Of a name that the kernel chooses.
                var address = sockaddr()
                address.sa_family = sa_family_t(AF_UNIX)
                _ = unsafe bind(packets, &address, socklen_t(MemoryLayout<sa_family_t>.size))
                listen(packets, 1)
                return packets
            },
        ] {
            let other = make()
            try #require(dup2(other, first + 1) == first + 1)
            close(other)
            let error = #expect(throws: ListenError.self) {
                try Listener.inherited(standardInput: -1, activation: activation("2", from: first, names: "web:log"))
            }
            #expect(
                error?.description.hasPrefix("descriptor \(first + 1) (log) of LISTEN_FDS is not a listening") == true
            )
        }
        close(first + 1)
        #expect(throws: ListenError.self) {
            try Listener.inherited(standardInput: -1, activation: activation("2", from: first))
        }
    }

    @Test("What is meant for another process, or for none, is left alone", arguments: ["1", "", "x", "-1", nil])
    func leavesAlone(process: String?) throws {
        let activation = SocketActivation(count: "2", process: process, names: nil)
        #expect(try Listener.inherited(standardInput: -1, activation: activation) == nil)
        #expect(try Listener.inherited(standardInput: -1, activation: self.activation(nil, from: 3)) == nil)
        #expect(try Listener.inherited(standardInput: -1, activation: self.activation("0", from: 3)) == nil)
    }

    @Test("A number of sockets that is none is refused", arguments: ["", "two", "-1", "1.5", "9999999999"])
    func refusesNumbers(count: String) {
        #expect(throws: ListenError.self) {
            try Listener.inherited(standardInput: -1, activation: activation(count, from: 3))
        }
    }
}
