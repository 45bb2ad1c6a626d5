import DownloadCore
import DownloadTesting
import HTTPTypes
import TestSupport
import Testing

@testable import DownloadSpool

/// What clients of each kind are answered while a download is prepared, and when it is ready.
@Suite(.timeLimit(.minutes(60))) struct PreparedViewTests {
    private let folder: TemporaryFolder
    private let spool: Spool

    init() throws {
        folder = try TemporaryFolder()
        spool = try Spool(folder.file("spool"))
    }

    @Test("A browser is sent a page at once, then one that starts the download, then the file")
    func browser() async throws {
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool)
        let first = try await view.response(to: .get("/r?a=1", headerFields: .ofBrowser))
        #expect(first.status == .ok)
        #expect(first.headerFields[.contentType] == "text/html; charset=utf-8")
        #expect(first.headerFields[.cacheControl] == "no-store")
        #expect(first.headerFields[.contentDisposition] == nil && first.headerFields[.eTag] == nil)
        #expect(first.headerFields[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
        base.work.write("half ")
        base.work.progress(0.5)
        let page = try target("page", in: first.text)
        #expect(page.hasPrefix("/r?a=1&preparation="))
        #expect(
            try await eventually {
                try await view.response(to: .get(page, headerFields: .ofBrowser)).text.contains("· 50 %")
            }
        )
        // A second tab, a second click, a reload.
        let second = try await view.response(to: .get("/r?a=1", headerFields: .ofBrowser))
        #expect(try target("page", in: second.text) == page)
        base.work.write("done")
        base.work.finish()
        #expect(
            try await eventually {
                try await view.response(to: .get(page, headerFields: .ofBrowser)).text
                    .contains(">Your download is ready")
            }
        )
        let ready = try await view.response(to: .get(page, headerFields: .ofBrowser))
        let file = try await view.response(to: .get(target("file", in: ready.text), headerFields: .ofBrowser))
        #expect(file.text == "half done")
        #expect(file.headerFields[.contentDisposition] == "attachment; filename=\"report.txt\"")
        #expect(file.headerFields[.cacheControl] == "private" && file.headerFields[.eTag] == "\"v1\"")
        // Whoever opens the link now gets the file.
        #expect(try await view.response(to: .get("/r?a=1", headerFields: .ofBrowser)).text == "half done")
        #expect(base.work.runs == 1)
        // The view is not shown what is asked of its preparation.
        #expect(Set(base.work.targets) == ["/r?a=1"])
    }

    @Test("A program that prefers it gets 202, JSON about the progress, and 303 to the file")
    func asynchronous() async throws {
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool)
        let accepted = try await view.response(to: .get("/r", headerFields: .preferringAsynchronous))
        #expect(accepted.status == .accepted)
        #expect(accepted.headerFields[.preferenceApplied] == "respond-async")
        #expect(accepted.headerFields[.retryAfter] == "1")
        #expect(accepted.headerFields[.cacheControl] == "no-store")
        let status = try location(accepted)
        base.work.write("12345")
        base.work.progress(0.25)
        #expect(
            try await eventually {
                try await view.response(to: .get(status)).text.contains("\"bytes\":5,\"progress\":0.250")
            }
        )
        let running = try await view.response(to: .get(status))
        #expect(running.status == .ok && running.headerFields[.contentType] == "application/json")
        #expect(running.headerFields[.retryAfter] != nil && running.headerFields[.eTag] == nil)
        base.work.finish()
        #expect(try await eventually { try await view.response(to: .get(status)).status == .seeOther })
        let file = try await view.response(to: .get(location(view.response(to: .get(status)))))
        #expect(file.status == .ok && file.text == "12345")
        // What is ready is sent at once.
        let again = try await view.response(to: .get("/r", headerFields: .preferringAsynchronous))
        #expect(again.status == .ok && again.text == "12345")
        #expect(base.work.runs == 1)
    }

    @Test("A program that would wait for a while gets the file if it is ready by then")
    func waitsAsPreferred() async throws {
        let base = ReportView()
        base.work.write("soon")
        base.work.finish()
        let response = try await base.patientlyPrepared(in: spool)
            .response(to: .get("/r", headerFields: [.prefer: "respond-async, wait=30"]))
        #expect(response.status == .ok && response.text == "soon")
    }

    @Test("Any other client waits for the file")
    func waits() async throws {
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool)
        async let response = view.response(to: .get("/r"))
        #expect(await eventually { base.work.runs == 1 })
        base.work.write("content")
        base.work.finish()
        let received = try await response
        #expect(received.status == .ok && received.text == "content")
        // It is whole by then.
        #expect(received.headerFields[.contentLength] == "7")
        #expect(received.headerFields[.reprDigest] != nil)
    }

    @Test("A client that has waited for long is sent to wait anew, and in the end gets what there is as it comes")
    func isSentToWaitAnew() async throws {
        let base = ReportView()
        var view = PreparedView(base, in: spool)
        view.terms.waitLimit = .milliseconds(1)
        view.terms.maximumWaits = 3
        var target = "/r"
        for count in 1...3 {
            let response = try await view.response(to: .get(target))
            #expect(response.status == .seeOther)
            #expect(response.headerFields[.cacheControl] == "no-store")
            target = try location(response)
            #expect(target.hasSuffix("-wait-\(count)"))
        }
        let prepared = view
        async let last = prepared.response(to: .get(target))
        base.work.write("as it ")
        base.work.write("comes")
        base.work.finish()
        #expect(try await last.text == "as it comes")
        #expect(base.work.runs == 1)
    }

    @Test("HEAD is told of the progress as GET is, and begins no download by itself")
    func head() async throws {
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool)
        #expect(try await view.response(to: .head("/r", headerFields: .preferringAsynchronous)).status == .ok)
        #expect(base.work.runs == 0)
        let status = try location(await view.response(to: .get("/r", headerFields: .preferringAsynchronous)))
        let running = try await view.response(to: .head(status))
        #expect(running.status == .ok && running.headerFields[.contentType] == "application/json")
        #expect(running.headerFields[.retryAfter] == "1" && running.text.isEmpty)
        base.work.write("content")
        base.work.finish()
        #expect(try await eventually { try await view.response(to: .head(status)).status == .seeOther })
    }

    @Test("Who has the file is told so, without its being made")
    func conditions() async throws {
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool)
        let known = try await view.response(to: .get("/r", headerFields: [.ifNoneMatch: "\"v1\""]))
        #expect(known.status == .notModified)
        let head = try await view.response(to: .head("/r", headerFields: .ofBrowser))
        #expect(head.status == .ok && head.headerFields[.eTag] == "\"v1\"")
        #expect(base.work.runs == 0)
    }

    @Test("A range is waited for like the file, and is one")
    func ranges() async throws {
        let base = ReportView()
        base.work.write("0123456789")
        base.work.finish()
        let response = try await base.patientlyPrepared(in: spool)
            .response(to: .get("/r", headerFields: [.range: "bytes=3-5"]))
        #expect(response.status == .partialContent && response.text == "345")
    }

    @Test("The page speaks the reader's language, or the one that the site gives")
    func languages() async throws {
        let view = ReportView().patientlyPrepared(in: spool)
        for (accepted, language) in [("de-AT, en;q=0.5", "de"), ("fr", "fr"), ("tlh", "en"), ("", "en")] {
            var fields = HTTPFields.ofBrowser
            fields[.acceptLanguage] = accepted
            let page = try await view.response(to: .get("/r", headerFields: fields))
            #expect(page.headerFields[.contentLanguage] == language)
            #expect(page.text.contains("<html lang=\"\(language)\">"))
        }
        var own = PreparationTexts.english
        own.language = "tlh"
        let page = try await ReportView().prepared(in: spool, texts: [own])
            .response(to: .get("/own", headerFields: .ofBrowser))
        #expect(page.headerFields[.contentLanguage] == "tlh")
    }

    @Test("Without a spool the view is as it was, whatever is asked of it")
    func withoutSpool() async throws {
        for fields in [HTTPFields.ofBrowser, HTTPFields.preferringAsynchronous, HTTPFields()] {
            let base = ReportView()
            base.work.write("content")
            base.work.finish()
            let response = try await base.prepared().response(to: .get("/r", headerFields: fields))
            #expect(response.status == .ok && response.text == "content")
        }
    }

    @Test("In a program that ends with its request the view is spooled, and waits for nothing")
    func isShortLived() async throws {
        let base = ReportView()
        base.work.write("content")
        base.work.finish()
        let spool = try Spool(folder.file("spool"), sweeping: false)
        let response = try await base.patientlyPrepared(in: spool).response(to: .get("/r", headerFields: .ofBrowser))
        #expect(response.text == "content")
    }

    @Test("A post does not ask for a page")
    func posts() async throws {
        struct PostView: VirtualDownloadView {
            let methods = [HTTPRequest.Method.post]
            func file(for request: DownloadRequest) -> some DownloadFile {
                ContentFile("posted", name: "a.txt").with(\.entityTag, EntityTag("x"))
            }
        }
        let response = try await PostView().patientlyPrepared(in: spool)
            .response(to: .make(.post, "/r", headerFields: .ofBrowser))
        #expect(response.text == "posted")
    }
}
