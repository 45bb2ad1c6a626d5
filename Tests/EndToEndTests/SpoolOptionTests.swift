import Foundation
import TestSupport
import Testing

/// What the program says of its spool when it starts.
@Suite(.blocking, .timeLimit(.minutes(60)))
struct SpoolOptionTests {
    @Test("Without a spool the program says at its start which views would be generated once, and what to do")
    func warnsWithoutSpool() async throws {
        try await withWorkDirectory { directory in
            let site = try TestSite.start(["serve", "--listen", "unix:\(directory.file("a.sock"))"], in: directory)
            #expect(await eventually { site.errorText.contains("serving") })
            let warning = try #require(site.errorText.split(separator: "\n").first { $0.contains("without a spool") })
            #expect(warning.contains("--spool") && warning.contains("DOWNLOADS_SPOOL"))
            #expect(warning.contains("PreparedReportView") && warning.contains("SteppedView"))
        }
    }

    @Test("With a spool, given by an option or by the environment, it says nothing of that", arguments: [true, false])
    func isSilentWithSpool(byOption: Bool) async throws {
        try await withWorkDirectory { directory in
            let spool = directory.file("spool")
            let site = try TestSite.start(
                ["serve", "--listen", "unix:\(directory.file("a.sock"))"] + (byOption ? ["--spool", spool] : []),
                in: directory,
                environment: byOption ? [:] : ["DOWNLOADS_SPOOL": spool]
            )
            #expect(await eventually { site.errorText.contains("serving") })
            #expect(!site.errorText.contains("without a spool"))
            #expect(FileManager.default.fileExists(atPath: spool))
        }
    }

    @Test("A secret of preparations that is too short is refused, and says how one is made")
    func refusesShortSecret() async throws {
        try await withWorkDirectory { directory in
            let site = try TestSite.start(
                ["serve", "--listen", "unix:\(directory.file("a.sock"))", "--spool", directory.file("spool")],
                in: directory,
                environment: ["DOWNLOADS_PREPARATION_SECRET": "hunter2"]
            )
            #expect(await site.status == 78)
            #expect(site.errorText.contains("DOWNLOADS_PREPARATION_SECRET has 7 characters, fewer than 16"))
            #expect(site.errorText.contains("openssl rand -hex 32") && !site.errorText.contains("hunter2"))
        }
    }
}
