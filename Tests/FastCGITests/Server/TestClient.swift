import DownloadSystem
import Foundation
import TestSupport

/// What a test client read of one request's answer.
struct Answer {
    var output: [UInt8] = []
    /// Whether `FCGI_END_REQUEST` with `FCGI_REQUEST_COMPLETE` came.
    var isComplete = false
    /// Whether a record came that is none.
    var isBroken = false

    var text: String { String(decoding: output, as: UTF8.self) }
    var body: String {
        guard let end = text.range(of: "\r\n\r\n") else { return "" }
        return String(text[end.upperBound...])
    }
    var bodyCount: Int {
        guard let end = text.range(of: "\r\n\r\n") else { return 0 }
        return text[end.upperBound...].utf8.count
    }
}

/// The web server's end of a connection, byte by byte. Reading and writing wait a minute at most, without holding a
/// thread.
final class TestClient {
    let descriptor: Int32
    private var buffer: [UInt8] = []

    struct TimedOut: Error {}
    struct Refused: Error { let code: Int32 }

    init(path: String) throws {
        // A program that another test starts meanwhile would keep the connection open after this has closed it.
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            let code = errno
            close()
            throw Refused(code: code)
        }
    }

    deinit { close() }

    /// Whether the connection was seen to end by a reset.
    private(set) var isReset = false

    private var isClosed = false
    func close() {
        if !isClosed { Glibc.close(descriptor) }
        isClosed = true
    }

    /// Says that no more will be sent, and goes on reading.
    func closeSendingHalf() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func send(_ bytes: [UInt8]) async throws {
        let deadline = ContinuousClock.now + .seconds(300)
        var sent = 0
        while sent < bytes.count {
            let rest = bytes[sent...]
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else {
                guard errno == EAGAIN else { throw Refused(code: errno) }
                guard ContinuousClock.now < deadline else { throw TimedOut() }
                blockingSleep(for: .milliseconds(1))
            }
        }
    }

    /// Reads and drops all that comes, on a thread of its own, until the connection ends.
    func readAllOnOwnThread() throws -> OwnThread {
        let descriptor = descriptor
        return try OwnThread {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while unsafe recv(descriptor, &chunk, chunk.count, 0) > 0 {}
        }
    }

    /// Reads until the buffer has so many bytes, of which no record was taken yet.
    func receive(upTo count: Int) async throws {
        while buffer.count < count, try await fill(count - buffer.count) {}
    }

    /// Reads and drops all that comes until the connection ends.
    func readToEnd() async throws {
        repeat { buffer = [] } while try await fill()
    }

    /// Reads what has come.
    func receiveWhatIsThere() async throws {
        _ = try await fill()
    }

    /// Reads once more into the buffer; false at the end of the connection.
    private func fill(_ most: Int = 65_536) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(300)
        while true {
            var count = 0
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, size in
                unsafe count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                size = max(0, count)
            }
            buffer += chunk
            if count >= 0 { return count > 0 }
            guard errno == EAGAIN else {
                isReset = errno == ECONNRESET
                return false
            }
            guard ContinuousClock.now < deadline else { throw TimedOut() }
            blockingSleep(for: .milliseconds(1))
        }
    }

    /// The next record; nil at the end of the connection.
    func record() async throws -> (type: UInt8, id: Int, content: [UInt8])? {
        while true {
            if buffer.count >= 8 {
                if buffer[0] != 1 { return (buffer[1], -1, []) }
                let length = Int(buffer[4]) << 8 | Int(buffer[5])
                let total = 8 + length + Int(buffer[6])
                if buffer.count >= total {
                    let record = (buffer[1], Int(buffer[2]) << 8 | Int(buffer[3]), Array(buffer[8..<8 + length]))
                    buffer.removeFirst(total)
                    return record
                }
            }
            guard try await fill() else { return nil }
        }
    }

    /// Reads what comes until nothing more has come for a while.
    func readWhatComes(pause: Duration) async throws {
        var last = ContinuousClock.now
        while ContinuousClock.now - last < pause {
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, size in
                size = max(0, unsafe recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
            }
            buffer += chunk
            if !chunk.isEmpty { last = ContinuousClock.now }
            blockingSleep(for: .milliseconds(1))
        }
    }

    /// Reads output until `text` has come; what came so far.
    func output(upTo text: String) async throws -> String {
        var output: [UInt8] = []
        while !String(decoding: output, as: UTF8.self).contains(text) {
            guard let record = try await record(), record.type == 6 else { break }
            output += record.content
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Reads one answer to its end, whatever its end is.
    ///
    /// - Parameter pause: How long to wait before each record.
    func answer(pausing pause: Duration? = nil) async throws -> Answer {
        var answer = Answer()
        while let record = try await record() {
            if let pause { blockingSleep(for: pause) }
            if record.id == -1 {
                answer.isBroken = true
                return answer
            }
            switch record.type {
            case 6: answer.output += record.content
            case 3:
                answer.isComplete = record.content[4] == 0
                return answer
            default: break
            }
        }
        return answer
    }

    /// Whether the server closes the connection, with nothing more on it.
    func seesEnd() async throws -> Bool {
        try await record() == nil
    }
}
