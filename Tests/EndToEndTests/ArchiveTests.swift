import Foundation
import TestSupport
import Testing

/// Others' programs read the archives and tables that come through a web server.
@Suite(.sites, .needs(.curl, .nginx), .blocking, .timeLimit(.minutes(60)))
struct ArchiveTests {
    @Test(
        "Others read archives of every count, random trees come out as they went in, and tables agree",
        .needs(.python, .unzip, .sevenZip, .bsdtar, .openpyxl),
        arguments: ["archives", "trees", "tables"]
    )
    func isRead(part: String) async throws {
        let site = try await Sites.current.site(.nginx)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Large/archives.py").path
        let python = try RunningProgram(
            Program.python.requiredPath(),
            ["-B", script, site.url(""), "--only", part] + (isThorough ? [] : ["--quick"]),
            in: site.directory,
            environment: ["TMPDIR": site.directory.path, "CI": Program.allAreRequired ? "true" : "false"]
        )
        #expect(await python.status == 0, Comment(rawValue: python.outputText + python.errorText))
        #expect(python.outputText.contains("read") || python.outputText.contains("unpacked"))
    }
}
