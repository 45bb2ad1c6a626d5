import Glibc
import VirtualDownloads

/// Views that misbehave, for the tests; registered only when `DEMO_TEST_VIEWS=1` is in the environment.
enum TestViews {
    static var areWanted: Bool {
        guard let value = unsafe getenv("DEMO_TEST_VIEWS") else { return false }
        return unsafe String(cString: value) == "1"
    }

    static var routes: Routes {
        Routes {
            Route("/test/throws-at-once", ThrowingView())
            Route("/test/throws-midway", ThrowingMidwayView())
            Route("/test/short", WrongSizeView(declared: 100_000, written: 50_000))
            Route("/test/long", WrongSizeView(declared: 50_000, written: 100_000))
            Route("/test/slow", SlowView())
            Route("/test/wait", WaitingView())
            Route("/test/compute", ComputingView())
            Route("/test/block", BlockingView())
            Route("/test/main-actor", MainActorView())
            Route("/test/child", ChildView())
            Route("/test/inline", InlineView())
            Route("/test/resumable", ResumableView())
            Route("/test/sound", SoundView())
            Route("/test/name/{name}", NamedView())
            Route("/test/user", UserView())
            Route("/test/unauthorized", UnauthorizedView())
            Route("/test/redirect", RedirectingView())
            Route("/test/validated", ValidatedView())
            Route("/test/erratic", ErraticView())
        }
    }
}

struct TestFailure: Error {}

/// A file whose content a closure writes.
private func content(
    _ name: String = "test.txt",
    size: Int64? = nil,
    _ body: @escaping (inout ContentSink) async throws -> Void
) -> VirtualFile<ContentWriter> {
    VirtualFile(name: name, size: size, body)
}

private struct ThrowingView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        content { _ in throw TestFailure() }
    }
}

private struct ThrowingMidwayView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let count = try query.integer("after", in: 0...Int64.max) ?? 50_000
        let letters = Letters(count: count)
        return content(size: try query.integer("size", in: 0...Int64.max)) { sink in
            try await letters.write(to: &sink)
            throw TestFailure()
        }
    }
}

private struct WrongSizeView: VirtualDownloadView {
    var declared: Int64
    var written: Int64

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(Letters(count: written), name: "test.bin", size: declared)
    }
}

private struct SlowView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let lines = try request.query.integer("n", in: 0...100_000) ?? 10
        return content { sink in
            for line in 0..<lines {
                if line > 0 { try await Task.sleep(for: .milliseconds(100)) }
                try await sink.write("line \(line)\n")
            }
        }
    }
}

private struct WaitingView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        content { sink in
            defer { _ = unsafe write(2, "wait ended\n", 11) }
            try await sink.write("waiting\n")
            try await Task.sleep(for: .seconds(86_400))
        }
    }
}

/// Computes without ever suspending, until it is cancelled; after `?first=TEXT`, if that is there.
private struct ComputingView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let first = try request.query["first"] ?? ""
        return content { sink in
            try await sink.write(first)
            _ = unsafe write(2, "computing\n", 10)
            while !Task.isCancelled { usleep(1000) }
            _ = unsafe write(2, "compute ended\n", 14)
            throw CancellationError()
        }
    }
}

/// Lines that the main actor counts.
private struct MainActorView: VirtualDownloadView {
    @MainActor private static var count = 0

    func file(for request: DownloadRequest) -> some DownloadFile {
        content { sink in
            for _ in 0..<50 {
                let number = await MainActor.run {
                    Self.count += 1
                    return Self.count
                }
                try await sink.write("line \(number)\n")
            }
        }
    }
}

private struct BlockingView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let milliseconds = try request.query.integer("ms", in: 0...60_000) ?? 1000
        return content { sink in
            for _ in 0..<milliseconds { usleep(1000) }
            try await sink.write("blocked\n")
        }
    }
}

/// What the kernel says of a program that a view has started.
private struct ChildView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        guard let output = unsafe popen("exec cat /proc/self/status", "r") else { throw TestFailure() }
        defer { unsafe pclose(output) }
        var status: [UInt8] = []
        while case let byte = unsafe getc(output), byte != EOF { status.append(UInt8(byte)) }
        return ContentFile(String(decoding: status, as: UTF8.self), name: "status.txt")
    }
}

private struct InlineView: VirtualDownloadView {
    var attachment: Bool { false }

    func file(for request: DownloadRequest) -> some DownloadFile {
        ContentFile("Hello world!\n", name: "hello-world.txt")
    }
}

private struct NamedView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        ContentFile("Hello world!\n", name: request.parameters["name"] ?? "")
    }
}

/// The user's name between quotes; without a user nothing.
private struct UserView: VirtualDownloadView {
    var cacheControl: String? { "private" }

    func file(for request: DownloadRequest) -> some DownloadFile {
        ContentFile(request.user.map { "“\($0)”" } ?? "", name: "user.txt")
    }
}

private struct UnauthorizedView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        throw DownloadError.unauthorized(challenge: "Bearer realm=\"Downloads\"")
    }
}

/// `/test/redirect?to=PLACE&status=STATUS`
private struct RedirectingView: VirtualDownloadView {
    private static let codes: [Int: DownloadRedirect.Code] = [
        302: .found, 303: .seeOther, 307: .temporaryRedirect, 308: .permanentRedirect,
    ]

    func file(for request: DownloadRequest) throws -> ContentFile {
        let query = try request.query
        guard let code = Self.codes[try query.integer("status") ?? 302] else { throw DownloadError.badRequest }
        throw DownloadRedirect(code, to: query["to"] ?? "")
    }
}

/// A large file that can be had in parts: numbered lines of 16 bytes, so that every part differs.
private struct ResumableView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let count = try request.query.integer("n", in: 0...NumberedLines.maximumCount) ?? 1_048_576
        return VirtualFile(NumberedLines(count: count), name: "numbers.txt")
            .validated(by: EntityTag("numbers-\(count)"))
    }
}

/// `/test/sound?n=BYTES`: a sound of so many bytes (44 at least), which a browser plays and seeks in.
private struct SoundView: VirtualDownloadView {
    var attachment: Bool { false }
    var mimeType: String? { "audio/wav" }

    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let count = try request.query.integer("n", in: 44...Int64(UInt32.max)) ?? 1_764_044
        return VirtualFile(Sound(count: count), name: "sound.wav").validated(by: EntityTag("sound-\(count)"))
    }
}

/// 44,100 times a second two samples of 16 bits, behind the 44 bytes of a RIFF header. Each byte depends on its place alone.
private struct Sound: DownloadContent {
    let count: Int64

    var size: Int64? { count }
    var isRepeatable: Bool { true }
    var canStartInTheMiddle: Bool { true }

    private var header: [UInt8] {
        func bytes(_ value: Int64, _ width: Int64) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let format =
            bytes(16, 4) + bytes(1, 2) + bytes(2, 2) + bytes(44_100, 4) + bytes(176_400, 4) + bytes(4, 2) + bytes(16, 2)
        return Array("RIFF".utf8) + bytes(count - 8, 4) + Array("WAVEfmt ".utf8) + format + Array("data".utf8)
            + bytes(count - 44, 4)
    }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(from: 0, to: &sink)
    }

    func write(from offset: Int64, to sink: inout some ByteSink & ~Copyable) async throws {
        var position = offset
        if position < 44 {
            try await sink.write(header[Int(position)...])
            position = 44
        }
        while position < count {
            let end = min(position + 65_536, count)
            try await sink.write((position..<end).map { UInt8(truncatingIfNeeded: $0 % 251) })
            position = end
        }
    }
}

/// A file with every validator, which caches may keep for a minute.
private struct ValidatedView: VirtualDownloadView {
    var cacheControl: String? { "max-age=60" }

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(StringIO(String(repeating: "Hello world!\n", count: 1000)), name: "Übersicht.txt")
            .validated(by: EntityTag(of: "hello", 1000), modified: HTTPDate(secondsSince1970: 1_700_000_000))
    }
}

/// Lines of 15 digits, numbered from 0, in so many bytes.
struct NumberedLines: DownloadContent {
    /// The bytes of as many lines as 15 digits can number.
    static let maximumCount: Int64 = 16_000_000_000_000_000

    let count: Int64

    var size: Int64? { count }
    var isRepeatable: Bool { true }
    var canStartInTheMiddle: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(from: 0, to: &sink)
    }

    func write(from offset: Int64, to sink: inout some ByteSink & ~Copyable) async throws {
        var position = offset
        while position < count {
            let first = position / 16
            let lines = min(4096, (count - first * 16 + 15) / 16)
            var piece: [UInt8] = []
            piece.reserveCapacity(Int(lines) * 16)
            for line in first..<first + lines {
                var digits = [UInt8](repeating: UInt8(ascii: "0"), count: 15)
                var rest = line
                var index = 14
                while rest > 0 {
                    digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                    index -= 1
                }
                piece += digits
                piece.append(UInt8(ascii: "\n"))
            }
            let start = Int(position - first * 16)
            let end = min(piece.count, Int(count - first * 16))
            try await sink.write(piece[start..<end])
            position = first * 16 + Int64(end)
        }
    }
}
