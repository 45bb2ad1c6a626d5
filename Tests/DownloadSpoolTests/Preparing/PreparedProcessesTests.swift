import DownloadCore
import DownloadTesting
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import DownloadSpool

/// Several processes with one spool, and one after the other.
@Suite(.timeLimit(.minutes(60))) struct PreparedProcessesTests {
    private let folder: TemporaryFolder
    private let spool: Spool

    init() throws {
        folder = try TemporaryFolder()
        spool = try Spool(folder.file("spool"))
    }

    @Test("A page that another process answers shows the same generation, its estimate and its time")
    func otherProcess() async throws {
        let (base, unused) = (ReportView(), ReportView())
        let other = try Spool(folder.file("spool"))
        let one = base.patientlyPrepared(in: spool)
        let two = unused.patientlyPrepared(in: other)
        let status = try location(await one.response(to: .get("/r", headerFields: .preferringAsynchronous)))
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
            await base.patientlyPrepared(in: spool).response(to: .get("/r", headerFields: .preferringAsynchronous))
        )
        let two = unused.patientlyPrepared(in: other)
        #expect(await eventually { base.work.runs == 1 })
        #expect(try await two.response(to: .get(status)).status == .ok)
        base.work.fail(DownloadError(.gone))
        #expect(try await eventually { try await two.response(to: .get(status)).status == .gone })
        // And a third, which has not followed it.
        let third = ReportView()
        let last = third.patientlyPrepared(in: try Spool(folder.file("spool")))
        #expect(try await last.response(to: .get(status)).status == .gone)
        #expect(unused.work.runs == 0 && third.work.runs == 0)
        _ = try await last.response(to: .get("/r", headerFields: .ofBrowser))
        #expect(await eventually { third.work.runs == 1 })
        third.work.finish()
    }

    @Test("One that fails before it is followed is not tried again unasked either")
    func failsBeforeItIsFollowed() throws {
        let key = SpoolKey(of: ["r"])
        let id = GenerationID()
        guard case .lead(let part) = try spool.folder.begin(key, as: id) else {
            Issue.record("nobody else generates it")
            return
        }
        let record = try #require(spool.folder.makeRecord(of: part))
        RecordWriter(record, GenerationRecord(began: 0)).noteFailure(status: 410)
        part.abandon()
        #expect(spool.folder.discard(key, id))
        let found = try spool.folder.begin(key, as: GenerationID(), insteadOf: id)
        guard case .failed(410) = found else {
            Issue.record("\(found)")
            return
        }
        // Who starts over does so.
        let new = try spool.folder.begin(key, as: GenerationID())
        guard case .lead = new else {
            Issue.record("\(new)")
            return
        }
        #expect(spool.folder.failure(of: key) == nil)
    }

    @Test("A failure in another process is forgotten after ten minutes")
    func otherProcessHasFailedLongAgo() async throws {
        let (base, unused) = (ReportView(), ReportView())
        let status = try location(
            await base.patientlyPrepared(in: spool).response(to: .get("/r", headerFields: .preferringAsynchronous))
        )
        #expect(await eventually { base.work.runs == 1 })
        base.work.fail(DownloadError(.gone))
        let other = unused.patientlyPrepared(in: try Spool(folder.file("spool")))
        #expect(try await eventually { try await other.response(to: .get(status)).status == .gone })
        let records = folder.files.filter { $0.hasSuffix(".state") }
        try #require(records.count == 1)
        for record in records {
            let path = folder.file(record)
            try FileManager.default.setAttributes([.modificationDate: Date.now - 601], ofItemAtPath: path)
        }
        #expect(try await other.response(to: .get(status)).status != .gone)
        unused.work.finish()
    }

    @Test("When those of another process have left, too, the generation ends")
    func otherProcessLeaves() async throws {
        let (base, unused) = (ReportView(), ReportView())
        let other = try Spool(folder.file("spool"))
        let one = base.patientlyPrepared(in: spool)
        let two = unused.patientlyPrepared(in: other)
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
        let view = base.patientlyPrepared(in: spool)
        let status = try location(await view.response(to: .get("/r", headerFields: .preferringAsynchronous)))
        base.work.write("content")
        base.work.finish()
        #expect(try await eventually { try await view.response(to: .get(status)).status == .seeOther })
        let restarted = ReportView()
        let after = restarted.patientlyPrepared(in: try Spool(folder.file("spool")))
        let file = try await after.response(to: .get(location(after.response(to: .get(status)))))
        #expect(file.text == "content" && restarted.work.runs == 0)
    }
}
