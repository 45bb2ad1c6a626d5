import DownloadCore
import Foundation
import HTTPTypes
import Testing

@testable import DownloadSpool

@Suite struct PreparationReportTests {
    private typealias Texts = PreparationTextsTests

    @Test("Progress is JSON with what is known, and nothing that is not")
    func json() throws {
        let little = PreparationReport.json(Texts.status(), line: "")
        #expect(little == #"{"state":"running","bytes":0,"elapsed":0,"retryAfter":1,"text":""}"# + "\n")
        let much = PreparationReport.json(
            Texts.status(bytes: 1_500, size: 3_000, estimate: 0.4, elapsed: .seconds(20)),
            line: "a \"line\" \n"
        )
        let members = try #require(try JSONSerialization.jsonObject(with: Data(much.utf8)) as? [String: Any])
        #expect(members["bytes"] as? Int == 1_500 && members["size"] as? Int == 3_000)
        #expect(members["progress"] as? Double == 0.4)
        #expect(members["elapsed"] as? Int == 20 && [29, 30].contains(members["left"] as? Int))
        #expect(members["retryAfter"] as? Int == 2)
        #expect(members["text"] as? String == "a \"line\" \n")
    }

    @Test(
        "A fraction is 1 only when all is done",
        arguments: [(0, "0.000"), (0.07, "0.070"), (0.999_9, "0.999"), (1, "1")] as [(Double, String)]
    )
    func fractions(fraction: Double, text: String) {
        let json = PreparationReport.json(Texts.status(estimate: fraction), line: "")
        #expect(json.contains("\"progress\":\(text),"))
    }

    @Test(
        "Whoever asks does so soon at first and near the end, and at most every five seconds",
        arguments: [
            (nil, 0, 1), (nil, 5, 1), (nil, 11, 2), (nil, 45, 5), (nil, 3_000, 5), (0.5, 100, 5), (0.99, 100, 1),
            (0.95, 100, 3),
        ] as [(Double?, Int64, Int)]
    )
    func intervals(estimate: Double?, elapsed: Int64, interval: Int) {
        #expect(
            PreparationReport.interval(for: Texts.status(estimate: estimate, elapsed: .seconds(elapsed))) == interval
        )
    }

    @Test("A failure is a problem that says so")
    func problem() throws {
        let text = PreparationReport.problem(.conflict, detail: "in \"use\"")
        let members = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(members["status"] as? Int == 409 && members["state"] as? String == "failed")
        #expect(members["title"] as? String == "Conflict" && members["detail"] as? String == "in \"use\"")
    }
}
