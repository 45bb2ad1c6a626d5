import DownloadCore
import DownloadTesting
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import DownloadSpool

@Suite(.timeLimit(.minutes(60))) struct SpooledViewTests {
    private let folder: TemporaryFolder
    private let spool: Spool

    init() throws {
        folder = try TemporaryFolder()
        spool = try Spool(folder.file("spool"))
    }

    /// A view whose content is its user's, and which counts its runs.
    private struct ReportView: VirtualDownloadView {
        var tag: EntityTag? = EntityTag("v1")
        let runs = Runs()

        final class Runs: Sendable {
            let count = Atomic(0)
        }

        var cacheControl: String? { "private" }
        var basename: String? { "report.txt" }

        func file(for request: DownloadRequest) async throws -> VirtualFile<ContentWriter> {
            guard request.user != "mallory" else { throw DownloadError(.forbidden) }
            let text = "for \(request.user ?? "nobody") at \(request.http.path ?? "")"
            var file = VirtualFile(name: "x") { [runs] sink in
                runs.count.add(1, ordering: .relaxed)
                try await sink.write(text)
            }
            file.entityTag = tag
            return file
        }

        var count: Int { runs.count.load(ordering: .relaxed) }
    }

    @Test("One resource is generated once for one user, whatever its tag is called elsewhere")
    func defaultKeys() async throws {
        let base = ReportView()
        let view = base.spooled(in: spool)
        for (path, user, count) in [
            ("/a", nil, 1), ("/a", nil, 1), ("/b", nil, 2), ("/a", "anna", 3), ("/a", "ben", 4),
        ]
            as [(String, String?, Int)]
        {
            let response = try await view.response(to: .get(path, user: user))
            #expect(response.body == Array("for \(user ?? "nobody") at \(path)".utf8))
            #expect(response.headerFields[.cacheControl] == "private")
            #expect(response.headerFields[.eTag] == "\"v1\"")
            #expect(response.headerFields[.contentDisposition] == "attachment; filename=\"report.txt\"")
            #expect(base.count == count)
        }
    }

    @Test("A key says what is shared")
    func explicitKey() async throws {
        let base = ReportView()
        let view = base.spooled(in: spool) { request, _ in request.path }
        let first = try await view.response(to: .get("/a", user: "anna"))
        let second = try await view.response(to: .get("/a", user: "ben"))
        #expect(first.body == second.body)
        #expect(base.count == 1)
    }

    @Test("Functions that have the same type and the same key do not share, wrapped or not")
    func functionsAreTold() async throws {
        let one = FunctionView { _ in ContentFile("one", name: "x.txt") }
        let two = FunctionView { _ in ContentFile("two", name: "x.txt") }
        let views: [(any VirtualDownloadView, String)] = [
            (one.spooled(in: spool) { _, _ in "k" }, "one"), (two.spooled(in: spool) { _, _ in "k" }, "two"),
            (Plain(base: one).spooled(in: spool) { _, _ in "k" }, "one"),
            (Plain(base: two).spooled(in: spool) { _, _ in "k" }, "two"),
        ]
        for (view, text) in views { #expect(try await view.response(to: .get("/a")).text == text) }
    }

    private struct Plain<Base: VirtualDownloadView>: WrappedDownloadView {
        let base: Base
    }

    @Test("Views of any type can be spooled and prepared")
    func anyView() async throws {
        let view: any VirtualDownloadView = ReportView()
        for view in [view.spooled(in: spool), view.prepared(in: spool)] as [any VirtualDownloadView] {
            #expect(try await view.response(to: .get("/a")).text == "for nobody at /a")
        }
    }

    @Test("Who may not have the file does not get it from the spool")
    func authorisesEachRequest() async throws {
        let view = ReportView().spooled(in: spool) { _, _ in "same" }
        #expect(try await view.response(to: .get("/a", user: "anna")).status == .ok)
        #expect(try await view.response(to: .get("/a", user: "mallory")).status == .forbidden)
    }

    @Test("A file without a strong tag and without a key is refused with a word to the log")
    func needsKey() async throws {
        for tag in [nil, EntityTag("v1", isWeak: true)] {
            let response = try await ReportView(tag: tag).spooled(in: spool).response(to: .get("/a"))
            #expect(response.status == .internalServerError)
            #expect(response.notes.contains { "\($0)".contains("spooled(key:)") })
        }
    }

    @Test("Without a spool the view is as it was")
    func withoutSpool() async throws {
        let base = ReportView(tag: nil)
        let response = try await base.spooled().response(to: .get("/a"))
        #expect(response.body == Array("for nobody at /a".utf8))
        #expect(response.headerFields[.eTag] == nil)
        #expect(base.count == 1)
    }

    @Test("A generator that fails before its first byte is answered as ever")
    func failsBeforeFirstByte() async throws {
        struct FailingView: VirtualDownloadView {
            func file(for request: DownloadRequest) -> VirtualFile<ContentWriter> {
                VirtualFile(name: "x", repeatable: true) { _ in throw FileNotFound() }
            }
        }
        let view = FailingView().spooled(in: spool) { _, _ in "k" }
        #expect(try await view.response(to: .get("/a")).status == .notFound)
        #expect(await eventually { folder.files.isEmpty })
    }
}
