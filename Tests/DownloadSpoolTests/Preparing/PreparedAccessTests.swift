import DownloadSystem
import DownloadTesting
import HTTPTypes
import TestSupport
import Testing

@testable import DownloadSpool

/// Who sees and shares what is prepared: by user, view, key and machine.
@Suite(.timeLimit(.minutes(60))) struct PreparedAccessTests {
    private let folder: TemporaryFolder
    private let spool: Spool

    init() throws {
        folder = try TemporaryFolder()
        spool = try Spool(folder.file("spool"))
    }

    @Test("Nobody sees or fetches what another user has begun")
    func isBoundToUser() async throws {
        let base = ReportView()
        let view = base.patientlyPrepared(in: spool)
        let accepted = try await view.response(to: .get("/r", headerFields: .preferringAsynchronous, user: "anna"))
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
        let (one, two) = (base.patientlyPrepared(in: spool), other.patientlyPrepared(in: spool))
        let status = try location(await one.response(to: .get("/one", headerFields: .preferringAsynchronous)))
        let otherStatus = try location(await two.response(to: .get("/two", headerFields: .preferringAsynchronous)))
        let (token, otherToken) = (status.suffix(39), otherStatus.suffix(39))
        #expect(token != otherToken)
        #expect(try await two.response(to: .get("/two?preparation=\(token)")).status == .notFound)
        #expect(try await one.response(to: .get("/one?preparation=\(otherToken)")).status == .notFound)
        // With one key they share the content, and neither's token is the other's.
        let shared = ReportView()
        let (left, right) = (shared.prepared(in: spool) { _, _ in "k" }, shared.prepared(in: spool) { _, _ in "k" })
        let leftStatus = try location(await left.response(to: .get("/left", headerFields: .preferringAsynchronous)))
        let rightStatus = try location(await right.response(to: .get("/right", headerFields: .preferringAsynchronous)))
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
        let view = base.patientlyPrepared(in: spool)
        let status = try location(await view.response(to: .get("/r", headerFields: .preferringAsynchronous)))
        let elsewhere = ReportView()
        let stranger = elsewhere.prepared(in: try Spool(folder.file("elsewhere")))
        for kind in ["status", "page", "file", "wait-1"] {
            let target = status.replacing("-status", with: "-\(kind)")
            #expect(try await stranger.response(to: .get(target)).status == .notFound)
        }
        #expect(elsewhere.work.runs == 0)
        // The page loads itself anew then, and that begins it.
        let page = try await stranger.response(to: .get("/r", headerFields: .ofBrowser))
        #expect(page.text.contains("is being prepared"))
        #expect(await eventually { elsewhere.work.runs == 1 })

        // DOWNLOADS_PREPARATION_SECRET is one on both.
        let twin = ReportView()
        let twins = try Spool(folder.file("twin"))
        let secret = await spool.preparationSecret()
        twins.secret.withLock { $0 = secret }
        let running = try await twin.patientlyPrepared(in: twins).response(to: .get(status))
        #expect(running.status == .ok && running.text.contains("\"state\":\"running\""))
        #expect(await eventually { twin.work.runs == 1 })
        for work in [base.work, elsewhere.work, twin.work] { work.finish() }
    }

    @Test("A file without a tag needs a key, and users may share one")
    func keys() async throws {
        let untagged = ReportView(tag: nil)
        #expect(
            try await untagged.patientlyPrepared(in: spool).response(to: .get("/r", headerFields: .ofBrowser)).status
                == .internalServerError
        )
        let view = untagged.prepared(in: spool) { _, _ in "everybody's" }
        let anna = try location(
            await view.response(to: .get("/r", headerFields: .preferringAsynchronous, user: "anna"))
        )
        let ben = try location(await view.response(to: .get("/r", headerFields: .preferringAsynchronous, user: "ben")))
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
}
