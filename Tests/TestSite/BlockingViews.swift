import Glibc
import VirtualDownloads

struct SlowView: VirtualDownloadView {
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

struct WaitingView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        content { sink in
            defer { _ = unsafe write(2, "wait ended\n", 11) }
            try await sink.write("waiting\n")
            try await Task.sleep(for: .seconds(86_400))
        }
    }
}

/// Computes without ever suspending, until it is cancelled; after `?first=TEXT`, if that is there.
struct ComputingView: VirtualDownloadView {
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

/// What computes for `ms` milliseconds before it writes.
struct BusyView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let milliseconds = try request.query.integer("ms", in: 0...60_000) ?? 1
        return content { sink in
            let end = ContinuousClock.now + .milliseconds(milliseconds)
            while ContinuousClock.now < end {}
            try await sink.write("computed\n")
        }
    }
}

struct BlockingView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let milliseconds = try request.query.integer("ms", in: 0...60_000) ?? 1000
        return content { sink in
            for _ in 0..<milliseconds { usleep(1000) }
            try await sink.write("blocked\n")
        }
    }
}

/// Lines that the main actor counts.
struct MainActorView: VirtualDownloadView {
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

/// What the kernel says of a program that a view has started.
struct ChildView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        guard let output = unsafe popen("exec cat /proc/self/status", "r") else { throw TestFailure() }
        defer { unsafe pclose(output) }
        var status: [UInt8] = []
        while case let byte = unsafe getc(output), byte != EOF { status.append(UInt8(byte)) }
        return ContentFile(String(decoding: status, as: UTF8.self), name: "status.txt")
    }
}
