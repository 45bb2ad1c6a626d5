import DownloadCore
import DownloadSystem
import DownloadTesting
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import DownloadSpool

@Suite(.timeLimit(.minutes(15))) struct PreparedViewTests {
    private let folder: TemporaryFolder
    private let spool: Spool

    init() throws {
        folder = try TemporaryFolder()
        spool = try Spool(folder.file("spool"))
    }

    /// A report that a test has in its hands.
    private struct ReportView: VirtualDownloadView {
        let work = Work()
        var tag: EntityTag? = EntityTag("v1")

        var cacheControl: String? { "private" }

        func file(for request: DownloadRequest) async throws -> VirtualFile<ContentWriter> {
            guard request.user != "mallory" else { throw DownloadError(.forbidden) }
            work.note(request.target)
            var file = VirtualFile(name: "report.txt") { [work] sink in try await work.run(&sink) }
            file.entityTag = tag
            return file
        }
    }

    private final class Work: Sendable {
        private enum Step: Sendable {
            case text(String)
            case progress(Double)
            case failure(any Error)
        }

        private let state = Mutex<(runs: Int, ended: Int, targets: [String])>((0, 0, []))
        private let stream: AsyncStream<Step>
        private let continuation: AsyncStream<Step>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        var runs: Int { state.withLock { $0.runs } }
        var ended: Int { state.withLock { $0.ended } }
        var targets: [String] { state.withLock { $0.targets } }

        func note(_ target: String) { state.withLock { $0.targets.append(target) } }
        func write(_ text: String) { continuation.yield(.text(text)) }
        func progress(_ fraction: Double) { continuation.yield(.progress(fraction)) }
        func fail(_ error: any Error) { continuation.yield(.failure(error)) }
        func finish() { continuation.finish() }

        func run(_ sink: inout ContentSink) async throws {
            state.withLock { $0.runs += 1 }
            defer { state.withLock { $0.ended += 1 } }
            for await step in stream {
                switch step {
                case .text(let text): try await sink.write(text)
                case .progress(let fraction): sink.progress(fraction)
                case .failure(let error): throw error
                }
            }
        }
    }

    private static let browser: HTTPFields = [.accept: "text/html,*/*;q=0.8"]
    private static let asynchronous: HTTPFields = [.prefer: "respond-async"]

    /// The target of a link in a page or a field, with the step that it asks for.
    private func target(_ kind: String, in text: String) throws -> String {
        let pattern = try Regex("/[^\"' ]*preparation=[0-9a-f]{32}-\(kind)")
        return try String(#require(text.firstMatch(of: pattern)).0).replacing("&amp;", with: "&")
    }

    private func location(_ response: RecordedResponse) throws -> String {
        try #require(response.headerFields[.location])
    }

    @Test("A browser is sent a page at once, then one that starts the download, then the file")
    func browser() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool)
        let first = try await view.response(to: .get("/r?a=1", headerFields: Self.browser))
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
                try await view.response(to: .get(page, headerFields: Self.browser)).text.contains("· 50 %")
            }
        )
        // A second tab, a second click, a reload.
        let second = try await view.response(to: .get("/r?a=1", headerFields: Self.browser))
        #expect(try target("page", in: second.text) == page)
        base.work.write("done")
        base.work.finish()
        #expect(
            try await eventually {
                try await view.response(to: .get(page, headerFields: Self.browser)).text
                    .contains(">Your download is ready")
            }
        )
        let ready = try await view.response(to: .get(page, headerFields: Self.browser))
        let file = try await view.response(to: .get(target("file", in: ready.text), headerFields: Self.browser))
        #expect(file.text == "half done")
        #expect(file.headerFields[.contentDisposition] == "attachment; filename=\"report.txt\"")
        #expect(file.headerFields[.cacheControl] == "private" && file.headerFields[.eTag] == "\"v1\"")
        // Whoever opens the link now gets the file.
        #expect(try await view.response(to: .get("/r?a=1", headerFields: Self.browser)).text == "half done")
        #expect(base.work.runs == 1)
        // The view is not shown what is asked of its preparation.
        #expect(Set(base.work.targets) == ["/r?a=1"])
    }

    @Test("A program that prefers it gets 202, JSON about the progress, and 303 to the file")
    func asynchronous() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool)
        let accepted = try await view.response(to: .get("/r", headerFields: Self.asynchronous))
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
        let again = try await view.response(to: .get("/r", headerFields: Self.asynchronous))
        #expect(again.status == .ok && again.text == "12345")
        #expect(base.work.runs == 1)
    }

    @Test("A program that would wait for a while gets the file if it is ready by then")
    func waitsAsPreferred() async throws {
        let base = ReportView()
        base.work.write("soon")
        base.work.finish()
        let response = try await base.prepared(in: spool)
            .response(to: .get("/r", headerFields: [.prefer: "respond-async, wait=30"]))
        #expect(response.status == .ok && response.text == "soon")
    }

    @Test("Any other client waits for the file")
    func waits() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool)
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

    @Test("Nobody sees or fetches what another user has begun")
    func isBoundToUser() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool)
        let accepted = try await view.response(to: .get("/r", headerFields: Self.asynchronous, user: "anna"))
        let status = try location(accepted)
        for kind in ["status", "page", "file", "wait-1"] {
            let target = status.replacing("-status", with: "-\(kind)")
            for user in ["ben", nil] {
                #expect(try await view.response(to: .get(target, user: user)).status == .notFound)
            }
            #expect(try await view.response(to: .get(target, user: "mallory")).status == .forbidden)
        }
        // Nor with another target's, nor with one that is made up.
        let token = try #require(status.split(separator: "=").last)
        #expect(try await view.response(to: .get("/other?preparation=\(token)", user: "anna")).status == .notFound)
        let guess = "/r?preparation=\(String(repeating: "0", count: 32))-status"
        #expect(try await view.response(to: .get(guess, user: "anna")).status == .notFound)
        #expect(try await view.response(to: .get(status, user: "anna")).status == .ok)
        base.work.finish()
    }

    @Test("Two prepared views of one type answer nothing of each other's")
    func twoViews() async throws {
        let (base, other) = (ReportView(), ReportView())
        let (one, two) = (base.prepared(in: spool), other.prepared(in: spool))
        let status = try location(await one.response(to: .get("/one", headerFields: Self.asynchronous)))
        let otherStatus = try location(await two.response(to: .get("/two", headerFields: Self.asynchronous)))
        let (token, otherToken) = (status.suffix(39), otherStatus.suffix(39))
        #expect(token != otherToken)
        #expect(try await two.response(to: .get("/two?preparation=\(token)")).status == .notFound)
        #expect(try await one.response(to: .get("/one?preparation=\(otherToken)")).status == .notFound)
        // With one key they share the content, and neither's token is the other's.
        let shared = ReportView()
        let (left, right) = (shared.prepared(in: spool) { _, _ in "k" }, shared.prepared(in: spool) { _, _ in "k" })
        let leftStatus = try location(await left.response(to: .get("/left", headerFields: Self.asynchronous)))
        let rightStatus = try location(await right.response(to: .get("/right", headerFields: Self.asynchronous)))
        #expect(leftStatus.suffix(39) != rightStatus.suffix(39))
        shared.work.write("content")
        for work in [base.work, other.work, shared.work] { work.finish() }
        for (view, status) in [(left, leftStatus), (right, rightStatus)] {
            #expect(try await eventually { try await view.response(to: .get(status)).status == .seeOther })
        }
        #expect(shared.work.runs == 1)
    }

    @Test("A machine with another secret answers 404 to what was begun elsewhere, and one with the same goes on")
    func otherMachine() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool)
        let status = try location(await view.response(to: .get("/r", headerFields: Self.asynchronous)))
        let elsewhere = ReportView()
        let stranger = elsewhere.prepared(in: try Spool(folder.file("elsewhere")))
        for kind in ["status", "page", "file", "wait-1"] {
            let target = status.replacing("-status", with: "-\(kind)")
            #expect(try await stranger.response(to: .get(target)).status == .notFound)
        }
        #expect(elsewhere.work.runs == 0)
        // The page loads itself anew then, and that begins it.
        let page = try await stranger.response(to: .get("/r", headerFields: Self.browser))
        #expect(page.text.contains("is being prepared"))
        #expect(await eventually { elsewhere.work.runs == 1 })

        // DOWNLOADS_PREPARATION_SECRET is one on both.
        let twin = ReportView()
        let twins = try Spool(folder.file("twin"))
        let secret = await spool.preparationSecret()
        twins.secret.withLock { $0 = secret }
        let running = try await twin.prepared(in: twins).response(to: .get(status))
        #expect(running.status == .ok && running.text.contains("\"state\":\"running\""))
        #expect(await eventually { twin.work.runs == 1 })
        for work in [base.work, elsewhere.work, twin.work] { work.finish() }
    }

    @Test("HEAD is told of the progress as GET is, and begins no download by itself")
    func head() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool)
        #expect(try await view.response(to: .head("/r", headerFields: Self.asynchronous)).status == .ok)
        #expect(base.work.runs == 0)
        let status = try location(await view.response(to: .get("/r", headerFields: Self.asynchronous)))
        let running = try await view.response(to: .head(status))
        #expect(running.status == .ok && running.headerFields[.contentType] == "application/json")
        #expect(running.headerFields[.retryAfter] == "1" && running.text.isEmpty)
        base.work.write("content")
        base.work.finish()
        #expect(try await eventually { try await view.response(to: .head(status)).status == .seeOther })
    }

    @Test("A failure is told to everybody who waits, and whoever tries again begins anew")
    func fails() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool)
        let first = try await view.response(to: .get("/r", headerFields: Self.browser))
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
            let told = try await view.response(to: .get(page, headerFields: Self.browser))
            #expect(told.text.contains("role=\"alert\"") && told.text.contains("It is &lt;locked&gt;."))
            #expect(told.text.contains("<a href=\"/r\">Try again</a>"))
        }
        #expect(base.work.runs == 1)
        let again = try await view.response(to: .get("/r", headerFields: Self.browser))
        #expect(again.text.contains("is being prepared"))
        #expect(await eventually { base.work.runs == 2 })
        #expect(try await view.response(to: .get(status)).status == .ok)
        base.work.finish()
    }

    @Test("What is thrown besides is a 500 that tells nothing")
    func failsUnexpectedly() async throws {
        struct Secret: Error {}
        let base = ReportView()
        let view = base.prepared(in: spool)
        let status = try location(await view.response(to: .get("/r", headerFields: Self.asynchronous)))
        base.work.fail(Secret())
        #expect(try await eventually { try await view.response(to: .get(status)).status == .internalServerError })
        #expect(try await !view.response(to: .get(status)).text.contains("Secret"))
    }

    @Test("When the last page is closed the generation ends, and whoever comes later begins anew")
    func isAbandoned() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool, abandonedAfter: .milliseconds(50))
        let page = try await view.response(to: .get("/r", headerFields: Self.browser))
        #expect(await eventually { spool.figures.cancellations == 1 && spool.figures.running == 0 })
        #expect(base.work.ended == base.work.runs)
        let runs = base.work.runs
        #expect(await eventually { folder.files.allSatisfy { !$0.hasSuffix(".part") && !$0.hasSuffix(".state") } })
        // The page that comes back, as after a restart.
        let recovered = try await base.prepared(in: spool)
            .response(to: .get(target("page", in: page.text), headerFields: Self.browser))
        #expect(recovered.text.contains("is being prepared"))
        #expect(await eventually { base.work.runs == runs + 1 })
    }

    @Test("Whoever waits keeps a generation whose pages are closed")
    func isWaitedFor() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool, abandonedAfter: .milliseconds(20))
        async let waiting = view.response(to: .get("/r"))
        #expect(await eventually { base.work.runs == 1 })
        _ = try await view.response(to: .get("/r", headerFields: Self.browser))
        // The lease ends meanwhile, and another after it.
        for _ in 0..<3 {
            _ = try await view.response(to: .get("/r", headerFields: Self.asynchronous))
            try await Task.sleep(for: .milliseconds(30))
        }
        base.work.write("content")
        base.work.finish()
        #expect(try await waiting.text == "content")
        #expect(base.work.runs == 1)
    }

    @Test("Who has the file is told so, without its being made")
    func conditions() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool)
        let known = try await view.response(to: .get("/r", headerFields: [.ifNoneMatch: "\"v1\""]))
        #expect(known.status == .notModified)
        let head = try await view.response(to: .head("/r", headerFields: Self.browser))
        #expect(head.status == .ok && head.headerFields[.eTag] == "\"v1\"")
        #expect(base.work.runs == 0)
    }

    @Test("A range is waited for like the file, and is one")
    func ranges() async throws {
        let base = ReportView()
        base.work.write("0123456789")
        base.work.finish()
        let response = try await base.prepared(in: spool).response(to: .get("/r", headerFields: [.range: "bytes=3-5"]))
        #expect(response.status == .partialContent && response.text == "345")
    }

    @Test("Without a spool the view is as it was, whatever is asked of it")
    func withoutSpool() async throws {
        for fields in [Self.browser, Self.asynchronous, HTTPFields()] {
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
        let response = try await base.prepared(in: spool).response(to: .get("/r", headerFields: Self.browser))
        #expect(response.text == "content")
    }

    @Test("A file without a tag needs a key, and users may share one")
    func keys() async throws {
        let untagged = ReportView(tag: nil)
        #expect(
            try await untagged.prepared(in: spool).response(to: .get("/r", headerFields: Self.browser)).status
                == .internalServerError
        )
        let view = untagged.prepared(in: spool) { _, _ in "everybody's" }
        let anna = try location(await view.response(to: .get("/r", headerFields: Self.asynchronous, user: "anna")))
        let ben = try location(await view.response(to: .get("/r", headerFields: Self.asynchronous, user: "ben")))
        #expect(anna != ben)
        untagged.work.write("shared")
        untagged.work.finish()
        for (status, user) in [(anna, "anna"), (ben, "ben")] {
            #expect(
                try await eventually { try await view.response(to: .get(status, user: user)).status == .seeOther }
            )
        }
        #expect(untagged.work.runs == 1)
    }

    @Test("The page speaks the reader's language, or the one that the site gives")
    func languages() async throws {
        let view = ReportView().prepared(in: spool)
        for (accepted, language) in [("de-AT, en;q=0.5", "de"), ("fr", "fr"), ("tlh", "en"), ("", "en")] {
            var fields = Self.browser
            fields[.acceptLanguage] = accepted
            let page = try await view.response(to: .get("/r", headerFields: fields))
            #expect(page.headerFields[.contentLanguage] == language)
            #expect(page.text.contains("<html lang=\"\(language)\">"))
        }
        var own = PreparationTexts.english
        own.language = "tlh"
        let page = try await ReportView().prepared(in: spool, texts: [own])
            .response(to: .get("/own", headerFields: Self.browser))
        #expect(page.headerFields[.contentLanguage] == "tlh")
    }

    @Test("Whoever looks at pages can't begin more than are prepared at once")
    func isBounded() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool, maximumAtOnce: 2)
        for target in ["/a", "/b"] {
            #expect(try await view.response(to: .get(target, headerFields: Self.browser)).status == .ok)
        }
        for fields in [Self.browser, Self.asynchronous] {
            let refused = try await view.response(to: .get("/c", headerFields: fields))
            #expect(refused.status == .serviceUnavailable && refused.headerFields[.retryAfter] == "10")
        }
        // What is under way is shown to everybody.
        #expect(try await view.response(to: .get("/a", headerFields: Self.asynchronous)).status == .accepted)
        base.work.finish()
        #expect(
            try await eventually {
                try await view.response(to: .get("/c", headerFields: Self.asynchronous)).status != .serviceUnavailable
            }
        )
    }

    @Test("A post is no question for a page")
    func posts() async throws {
        struct PostView: VirtualDownloadView {
            let methods = [HTTPRequest.Method.post]
            func file(for request: DownloadRequest) -> some DownloadFile {
                ContentFile("posted", name: "a.txt").with(\.entityTag, EntityTag("x"))
            }
        }
        let response = try await PostView().prepared(in: spool)
            .response(to: .make(.post, "/r", headerFields: Self.browser))
        #expect(response.text == "posted")
    }

    // MARK: - Among processes

    @Test("A page that another process answers shows the same generation, its estimate and its time")
    func otherProcess() async throws {
        let (base, unused) = (ReportView(), ReportView())
        let other = try Spool(folder.file("spool"))
        let one = base.prepared(in: spool)
        let two = unused.prepared(in: other)
        let status = try location(await one.response(to: .get("/r", headerFields: Self.asynchronous)))
        #expect(await eventually { base.work.runs == 1 })
        #expect(try await two.response(to: .get(status)).status == .ok)
        // More than the window has, so that it is in the file.
        base.work.write(String(repeating: "0123456789abcdef", count: 8192))
        base.work.progress(0.25)
        #expect(
            try await eventually {
                base.work.progress(0.5)
                return try await two.response(to: .get(status)).text.contains("\"progress\":0.500")
            }
        )
        #expect(try await two.response(to: .get(status)).text.contains("\"bytes\":131072"))
        base.work.finish()
        #expect(try await eventually { try await two.response(to: .get(status)).status == .seeOther })
        #expect(unused.work.runs == 0)
        #expect(folder.files.allSatisfy { !$0.hasSuffix(".state") })
    }

    @Test("A failure in another process is told, and the content is not tried again unasked")
    func otherProcessFails() async throws {
        let (base, unused) = (ReportView(), ReportView())
        let other = try Spool(folder.file("spool"))
        let status = try location(
            await base.prepared(in: spool).response(to: .get("/r", headerFields: Self.asynchronous))
        )
        let two = unused.prepared(in: other)
        #expect(await eventually { base.work.runs == 1 })
        #expect(try await two.response(to: .get(status)).status == .ok)
        base.work.fail(DownloadError(.gone))
        #expect(try await eventually { try await two.response(to: .get(status)).status == .gone })
        // And a third, which has not followed it.
        let third = ReportView()
        let last = third.prepared(in: try Spool(folder.file("spool")))
        #expect(try await last.response(to: .get(status)).status == .gone)
        #expect(unused.work.runs == 0 && third.work.runs == 0)
        _ = try await last.response(to: .get("/r", headerFields: Self.browser))
        #expect(await eventually { third.work.runs == 1 })
        third.work.finish()
    }

    @Test("When those of another process have left, too, the generation ends")
    func otherProcessLeaves() async throws {
        let (base, unused) = (ReportView(), ReportView())
        let other = try Spool(folder.file("spool"))
        let one = base.prepared(in: spool)
        let two = unused.prepared(in: other)
        let first = Task { try await one.response(to: .get("/r")) }
        #expect(await eventually { base.work.runs == 1 })
        let second = Task { try await two.response(to: .get("/r")) }
        #expect(await eventually { other.figures.shared == 1 })
        first.cancel()
        _ = await first.result
        #expect(base.work.ended == 0)
        second.cancel()
        #expect(await eventually { base.work.ended == 1 })
        #expect(unused.work.runs == 0)
    }

    @Test("After a restart the page goes on with what it knows")
    func restart() async throws {
        let base = ReportView()
        let view = base.prepared(in: spool)
        let status = try location(await view.response(to: .get("/r", headerFields: Self.asynchronous)))
        base.work.write("content")
        base.work.finish()
        #expect(try await eventually { try await view.response(to: .get(status)).status == .seeOther })
        let restarted = ReportView()
        let after = restarted.prepared(in: try Spool(folder.file("spool")))
        let file = try await after.response(to: .get(location(after.response(to: .get(status)))))
        #expect(file.text == "content" && restarted.work.runs == 0)
    }
}
