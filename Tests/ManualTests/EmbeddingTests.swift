import Foundation
import ServiceLifecycle
import TestSupport
import Testing

@testable import Manual

/// A service that does nothing.
private struct IdleService: Service {
    func run() async throws { try await gracefulShutdown() }
}

@Suite(.timeLimit(.minutes(60))) struct EmbeddingTests {
    @Test("The program with a main of its own serves, and stops with its services for SIGTERM")
    func embeds() async {
        // In a process of its own, whose signals it takes.
        await #expect(processExitsWith: .success) {
            let path = temporarySocketPath()
            let site = Task { try await runSite(beside: IdleService(), on: path) }
            // The socket's file is there before anybody listens.
            var received: String?
            #expect(
                try await eventually {
                    received = try await answer(to: "/hello", at: path)
                    return received != nil
                }
            )
            let text = received ?? ""
            #expect(text.contains("Status: 200 OK\r\n") && text.contains("Hello world!\n"))
            kill(getpid(), SIGTERM)
            try await site.value
        }
    }
}

/// What a FastCGI application answers to a GET, with its records' headers.
private func answer(to target: String, at path: String) async throws -> String? {
    func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [1, type, 0, 1, 0, UInt8(content.count), 0, 0] + content
    }
    func pair(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count), UInt8(value.utf8.count)] + Array(name.utf8) + Array(value.utf8)
    }
    let request =
        record(1, [0, 1, 0, 0, 0, 0, 0, 0]) + record(4, pair("REQUEST_METHOD", "GET") + pair("REQUEST_URI", target))
        + record(4, []) + record(5, [])
    let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(client) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe connect(client, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
    }
    guard isConnected, unsafe send(client, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
    else { return nil }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = unsafe recv(client, &buffer, buffer.count, 0), count > 0 { answer += buffer[..<count] }
    return String(decoding: answer, as: UTF8.self)
}
