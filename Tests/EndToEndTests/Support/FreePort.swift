import Foundation
import Synchronization
import TestSupport

/// The ports that tests have been given. None is given twice: of two servers on one port, the second finds it taken
/// while the first answers for it, and its tests would fail when the first's end.
private let givenPorts = Mutex<Set<Int>>([])

/// A port of 127.0.0.1 that nobody listens on, nor is going to.
func freePort() throws -> Int {
    let (descriptor, port) = try listeningSocket()
    close(descriptor)
    return port
}

/// A socket that listens on a free port of 127.0.0.1, and the port.
func listeningSocket() throws -> (descriptor: Int32, port: Int) {
    var taken: [Int32] = []
    defer { for descriptor in taken { close(descriptor) } }
    while true {
        let (descriptor, port) = try anyListeningSocket()
        if givenPorts.withLock({ $0.insert(port).inserted }) { return (descriptor, port) }
        // Kept until there is another, which is another port, then.
        taken.append(descriptor)
    }
}

private func anyListeningSocket() throws -> (descriptor: Int32, port: Int) {
    let descriptor = inheritedByNone { [socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)] }[0]
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            unsafe bind(descriptor, address, length) | listen(descriptor, 128)
                | getsockname(descriptor, address, &length)
        }
    }
    guard result == 0 else { throw ServerFailure(description: "no free port: error \(errno)") }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}
