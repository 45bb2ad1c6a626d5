import CoreMetrics
import MetricsTestKit
import Synchronization
import Testing

@testable import FastCGI

@Suite struct StatisticsTests {
    private let metrics = TestMetrics()

    private func count(_ label: String, _ dimensions: [(String, String)] = []) throws -> Int64 {
        try metrics.expectCounter(label, dimensions).totalValue
    }

    @Test("Each end of a request has its counter, and its time is recorded")
    func countsEnds() throws {
        let statistics = Statistics(metrics: metrics)
        let tally = statistics.takeTally()
        let ends: [RequestOutcome] = [.served, .served, .failed, .aborted, .timedOut, .timedOut, .failed, .evicted]
        for outcome in ends {
            let isOnWorker = outcome == .served
            statistics.requestEnded(
                bytes: 10,
                milliseconds: 3,
                outcome: outcome,
                countedIn: isOnWorker ? tally : nil
            )
        }
        #expect(statistics.totals.served == 2)
        #expect(statistics.totals.bytes == 80)
        statistics.receiveTimedOut()
        let requests = "downloadview_requests"
        #expect(try count(requests, [("outcome", "served")]) == 2)
        #expect(try count(requests, [("outcome", "failed")]) == 2)
        #expect(try count(requests, [("outcome", "aborted")]) == 1)
        #expect(try count(requests, [("outcome", "timed_out")]) == 3)
        #expect(try count(requests, [("outcome", "evicted")]) == 1)
        #expect(statistics.totals.evicted == 1)
        #expect(try count("downloadview_content_bytes") == 80)
        #expect(
            try metrics.expectTimer("downloadview_request_duration").values == Array(repeating: 3_000_000, count: 8)
        )
    }

    @Test("No two requests have one identifier, whichever worker takes it and however many")
    func identifiesRequests() {
        let statistics = Statistics()
        let tallies = [statistics.takeTally(), statistics.takeTally()]
        let identifiers = (0..<1000).map { statistics.nextRequestID(countedIn: tallies[$0 % 3 == 0 ? 0 : 1]) }
        #expect(Set(identifiers).count == 1000)
    }

    @Test("What a worker has counted stays when it ends, and the next one goes on with it")
    func keepsTallies() {
        let statistics = Statistics()
        for _ in 0..<3 {
            let tally = statistics.takeTally()
            statistics.requestEnded(bytes: 5, milliseconds: 0, outcome: .served, countedIn: tally)
            statistics.giveBack(tally)
        }
        #expect(statistics.totals.served == 3)
        #expect(statistics.totals.bytes == 15)
        #expect(statistics.takeTally() !== statistics.takeTally())
    }

    @Test("What is refused is counted by its reason")
    func countsRefusals() throws {
        let statistics = Statistics(metrics: metrics)
        for reason in ["overloaded", "peer-address", "overloaded"] { statistics.requestRefused(reason) }
        #expect(try count("downloadview_refused", [("reason", "overloaded")]) == 2)
        #expect(try count("downloadview_refused", [("reason", "peer-address")]) == 1)
    }

    @Test("Connections are counted, and what is active and idle is measured")
    func measures() throws {
        let statistics = Statistics(metrics: metrics)
        for _ in 0..<3 { statistics.connectionAccepted() }
        statistics.active.add(1, ordering: .relaxed)
        statistics.acceptingPaused()
        statistics.recordGauges()
        #expect(try count("downloadview_connections_accepted") == 3)
        #expect(try count("downloadview_accepting_pauses") == 1)
        #expect(try metrics.expectGauge("downloadview_requests_active").lastValue == 1)
        #expect(try metrics.expectGauge("downloadview_connections_idle").lastValue == 2)
    }

    @Test("What others tell of themselves is handed on: what grows by how much it has grown")
    func handsOnFurtherFigures() throws {
        let further = FurtherFigures(metrics: metrics)
        for (hits, files) in [(3, 5), (3, 4), (10, 6)] as [(Int64, Int64)] {
            further.use { [StatusFigure("hits_total", "Hits.", hits), StatusFigure("files", "Files.", files)] }
            further.record()
        }
        #expect(try count("downloadview_hits_total") == 10)
        #expect(try metrics.expectGauge("downloadview_files").lastValue == 6)
    }
}
