import DownloadSystem
import Glibc
import Testing

@testable import FastCGI

/// The two ways to libfcgi's reader.
@Suite struct RequestPipeTests {
    /// Reads so many bytes, and whether there are more at once.
    private static func read(_ count: Int, from descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var taken = 0
        while taken < count {
            let rest = count - taken
            let more = unsafe bytes.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress! + taken, rest)
            }
            guard more > 0 else { return nil }
            taken += more
        }
        return bytes
    }

    private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) } }

    @Test(
        "Requests of any size are read whole, one after another",
        arguments: [1, 100, 4096, 32_768, 65_536, 1_000_000]
    )
    func gives(count: Int) throws {
        var pipe = RequestPipe()
        pipe.prepare()
        for size in [count, 8, count] {
            let bytes = Self.bytes(size)
            let read = try unsafe bytes.withUnsafeBytes { bytes in
                try unsafe pipe.give(bytes) { Self.read(size, from: $0) }
            }
            #expect(read == bytes)
        }
    }

    @Test(
        "What a reader that refused its request left unread does not come before the next",
        arguments: [100, 100_000]
    )
    func forgetsRefused(count: Int) throws {
        var pipe = RequestPipe()
        for _ in 0..<3 {
            let refused = try unsafe Self.bytes(count)
                .withUnsafeBytes { bytes in
                    try unsafe pipe.give(bytes) { descriptor -> [UInt8]? in
                        // As libfcgi does.
                        close(descriptor)
                        return nil
                    }
                }
            #expect(refused == nil)
            let read = try unsafe [UInt8]([7, 8, 9])
                .withUnsafeBytes { bytes in
                    try unsafe pipe.give(bytes) { Self.read(3, from: $0) }
                }
            #expect(read == [7, 8, 9])
        }
    }

    @Test("The file that is kept for when there is no descriptor gives each request alone, also after a refused one")
    func givesFromReserve() throws {
        let file = try ReserveRequestFile()
        for count in [1000, 10, 100_000, 1] {
            let bytes = Self.bytes(count)
            let read = try unsafe bytes.withUnsafeBytes { bytes in
                try unsafe file.give(bytes) { descriptor -> [UInt8]? in
                    let read = Self.read(count, from: descriptor)
                    // Nothing of a longer one before it is left.
                    return Self.read(1, from: descriptor) == nil ? read : nil
                }
            }
            #expect(read == bytes)
            let refused = try unsafe bytes.withUnsafeBytes { bytes in
                try unsafe file.give(bytes) { descriptor -> [UInt8]? in
                    close(descriptor)
                    return nil
                }
            }
            #expect(refused == nil)
        }
    }
}
