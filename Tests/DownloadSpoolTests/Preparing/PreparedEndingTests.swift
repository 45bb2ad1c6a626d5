import DownloadCore
import DownloadTesting
import HTTPTypes
import TestSupport
import Testing

@testable import DownloadSpool

/// Preparations that fail, are given up, or may not begin.
@Suite(.timeLimit(.minutes(60))) struct PreparedEndingTests {
    private let folder: TemporaryFolder
    private let spool: Spool

    init() throws {
        folder = try TemporaryFolder()
        spool = try Spool(folder.file("spool"))
    }

    @Test("A failure is told to everybody who waits, and whoever tries again begins anew")
    func fails() async throws {
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool)
        let first = try await view.response(to: .get("/r", headerFields: .ofBrowser))
        let page = try target("page", in: first.text)
        let status = try target("status", in: first.text)
        async let waiting = view.response(to: .get(page.replacing("-page", with: "-wait-1")))
        #expect(await eventually { base.work.runs == 1 })
        base.work.fail(DownloadError(.conflict, reason: "secret", detail: "It is <locked>."))
        let failed = try await waiting
        #expect(failed.status == .conflict)
        for _ in 0..<2 {
            let problem = try await view.response(to: .get(status))
            #expect(problem.status == .conflict)
            #expect(problem.headerFields[.contentType] == "application/problem+json")
            #expect(problem.text.contains("\"detail\":\"It is <locked>.\"") && !problem.text.contains("secret"))
            let told = try await view.response(to: .get(page, headerFields: .ofBrowser))
            #expect(told.text.contains("role=\"alert\"") && told.text.contains("It is &lt;locked&gt;."))
            #expect(told.text.contains("<a href=\"/r\">Try again</a>"))
        }
        #expect(base.work.runs == 1)
        let again = try await view.response(to: .get("/r", headerFields: .ofBrowser))
        #expect(again.text.contains("is being prepared"))
        #expect(await eventually { base.work.runs == 2 })
        #expect(try await view.response(to: .get(status)).status == .ok)
        base.work.finish()
    }

    @Test("What is thrown besides is a 500 that tells nothing")
    func failsUnexpectedly() async throws {
        struct Secret: Error {}
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool)
        let status = try location(await view.response(to: .get("/r", headerFields: .preferringAsynchronous)))
        base.work.fail(Secret())
        #expect(try await eventually { try await view.response(to: .get(status)).status == .internalServerError })
        #expect(try await !view.response(to: .get(status)).text.contains("Secret"))
    }

    @Test("When the last page is closed the generation ends, and whoever comes later begins anew")
    func isAbandoned() async throws {
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool, abandonedAfter: .milliseconds(50))
        let page = try await view.response(to: .get("/r", headerFields: .ofBrowser))
        #expect(await eventually { spool.figures.cancellations == 1 && spool.figures.running == 0 })
        #expect(base.work.ended == base.work.runs)
        let runs = base.work.runs
        #expect(await eventually { folder.files.allSatisfy { !$0.hasSuffix(".part") && !$0.hasSuffix(".state") } })
        // The page that comes back, as after a restart.
        let recovered = try await base.patientlyPrepared(in: spool)
            .response(to: .get(target("page", in: page.text), headerFields: .ofBrowser))
        #expect(recovered.text.contains("is being prepared"))
        #expect(await eventually { base.work.runs == runs + 1 })
    }

    @Test("Whoever waits keeps a generation whose pages are closed")
    func isWaitedFor() async throws {
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool, abandonedAfter: .milliseconds(20))
        async let waiting = view.response(to: .get("/r"))
        #expect(await eventually { base.work.runs == 1 })
        _ = try await view.response(to: .get("/r", headerFields: .ofBrowser))
        // The lease ends meanwhile, and another after it.
        for _ in 0..<3 {
            _ = try await view.response(to: .get("/r", headerFields: .preferringAsynchronous))
            try await Task.sleep(for: .milliseconds(30))
        }
        base.work.write("content")
        base.work.finish()
        #expect(try await waiting.text == "content")
        #expect(base.work.runs == 1)
    }

    @Test("Whoever looks at pages can't begin more than are prepared at once")
    func isBounded() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool, maximumAtOnce: 2)
        for target in ["/a", "/b"] {
            #expect(try await view.response(to: .get(target, headerFields: .ofBrowser)).status == .ok)
        }
        for fields in [HTTPFields.ofBrowser, HTTPFields.preferringAsynchronous] {
            let refused = try await view.response(to: .get("/c", headerFields: fields))
            #expect(refused.status == .serviceUnavailable && refused.headerFields[.retryAfter] == "10")
        }
        // What is under way is shown to everybody.
        #expect(try await view.response(to: .get("/a", headerFields: .preferringAsynchronous)).status == .accepted)
        base.work.finish()
        #expect(
            try await eventually {
                try await view.response(to: .get("/c", headerFields: .preferringAsynchronous)).status
                    != .serviceUnavailable
            }
        )
    }
}
