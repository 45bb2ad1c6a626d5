import Foundation
import TestSupport
import Testing

/// The server stops without hurting a download, and restarts without losing a request.
@Suite(.sites, .needs(.curl, .nginx), .blocking, .timeLimit(.minutes(60)))
struct StoppingTests {
    /// How the downloads end: curl's exit codes.
    private static func statuses(of downloads: [RunningProgram]) async -> [Int32] {
        var statuses: [Int32] = []
        for download in downloads { statuses.append(await download.status) }
        return statuses
    }

    /// Runs `body` with a site of its own, whose demo it may end.
    private func withSite(_ body: (Site, RunningProgram) async throws -> Void) async throws {
        let site = try await Site.start(.nginx)
        defer { site.directory.close() }
        try await body(site, #require(site.demo))
    }

    @Test("Idle, it exits 0 at once", arguments: [SIGTERM, SIGINT])
    func stopsWhenIdle(signal: Int32) async throws {
        // Who waited for the drain limit would wait for longer than the test may.
        let site = try await Site.start(.nginx, options: ["--drain-limit", "86400"])
        defer { site.directory.close() }
        let demo = try #require(site.demo)
        demo.signal(signal)
        #expect(await demo.status == 0)
    }

    @Test("Downloads under way finish whole, then it exits 0")
    func finishesDownloads() async throws {
        try await withSite { site, demo in
            let downloads = try (0..<20).map { _ in try site.startCurl("/test/slow?n=15", ["-N"]) }
            #expect(await eventually { downloads.allSatisfy { $0.outputText.hasPrefix("line 0\n") } })
            demo.signal(SIGTERM)
            #expect(await demo.status == 0)
            #expect(await Self.statuses(of: downloads) == Array(repeating: 0, count: 20))
            #expect(downloads.allSatisfy { $0.outputText.hasSuffix("line 14\n") })
        }
    }

    @Test("A second signal cuts downloads visibly, and it exits non-zero")
    func cutsOnSecondSignal() async throws {
        try await withSite { site, demo in
            let download = try site.startCurl("/test/wait", ["-N"])
            #expect(await eventually { download.outputText == "waiting\n" })
            demo.signal(SIGTERM)
            #expect(await eventually { demo.errorText.contains("stopping") })
            demo.signal(SIGTERM)
            let status = await demo.status
            #expect(status > 0, "exits by itself, not by the signal")
            #expect(![0, 28].contains(await download.status))
        }
    }

    @Test("Past the drain limit downloads are cut visibly, and it exits non-zero")
    func cutsPastDrainLimit() async throws {
        let site = try await Site.start(.nginx, options: ["--drain-limit", "0.3"])
        defer { site.directory.close() }
        let demo = try #require(site.demo)
        let download = try site.startCurl("/test/wait", ["-N"])
        #expect(await eventually { download.outputText == "waiting\n" })
        demo.signal(SIGTERM)
        #expect(await demo.status > 0)
        #expect(![0, 28].contains(await download.status))
    }

    @Test("A program that dies in the midst of a download leaves none that looks whole, although its size is unknown")
    func failsVisiblyWhenKilled() async throws {
        try await withSite { site, demo in
            // More than is received at once.
            let content = try site.directory.write(String(repeating: "a", count: 200_000), to: "content")
            let withContent = ["-N", "--request", "GET", "--data-binary", "@\(content)"]
            let downloads = [
                try site.startCurl("/test/wait", ["-N"]),
                try site.startCurl("/bench/gen?n=1000000000000", ["-N", "--limit-rate", "1M"]),
                try site.startCurl("/test/wait", withContent),
            ]
            #expect(await eventually { downloads.allSatisfy { !$0.outputText.isEmpty } })
            demo.signal(SIGKILL)
            for status in await Self.statuses(of: downloads) { #expect(![0, 28].contains(status)) }
        }
    }

    @Test("Two processes on one inherited socket restart without a lost request")
    func restartsWithoutLoss() async throws {
        let (socket, port) = try listeningSocket()
        defer { close(socket) }
        let site = try await Site.start(.nginx, backend: .inherited(socket, port: port))
        defer { site.directory.close() }
        var demo = try #require(site.demo)
        for _ in 0..<3 {
            let next = try TestSite.start(["serve"], in: site.directory, input: socket)
            #expect(await eventually { next.errorText.contains("serving") })
            // One after another, 100 a second: the old process goes in the midst of them, however slow the machine is.
            let asking = try site.startCurl("/bench/hello?[1-100]", ["--rate", "100/s"])
            #expect(await eventually { !asking.outputText.isEmpty })
            demo.signal(SIGTERM)
            #expect(await demo.status == 0)
            demo = next
            #expect(await asking.status == 0)
            let answers = asking.outputText.split(separator: "\n")
            let others = answers.filter { $0 != "Hello world!" }
            #expect(
                answers.count == 100 && others.isEmpty,
                "\(answers.count), \(others): \(asking.errorText) \(site.errorLog)"
            )
        }
    }
}
