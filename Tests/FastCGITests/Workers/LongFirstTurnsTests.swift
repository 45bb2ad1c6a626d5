import DownloadSystem
import Testing

@testable import FastCGI

@Suite struct LongFirstTurnsTests {
    private static let long = LongFirstTurns.limit
    private static let short = LongFirstTurns.limit - 1
    private static let certainty = LongFirstTurns.certainty

    private func isLong(_ target: String, _ turns: LongFirstTurns) -> Bool { turns.expectation(of: target) == .long }

    @Test("Nothing is expected before anything was long")
    func knowsNothing() {
        #expect(LongFirstTurns().expectation(of: "/a") == .none)
    }

    @Test("A path is long once it was so eight times, whatever the query, and no more once it was short")
    func learns() {
        let turns = LongFirstTurns()
        for number in 1..<Self.certainty { turns.note(Self.long, of: "/report?n=\(number)") }
        #expect(turns.expectation(of: "/report?n=2") == .unsure, "a worker may have been held up")
        turns.note(Self.long, of: "/report?n=2")
        #expect(isLong("/report", turns))
        #expect(isLong("/report?n=3", turns))
        turns.note(Self.short, of: "/report")
        #expect(!isLong("/report", turns))
    }

    @Test("However often it was long, a path that has become short is soon taken for that")
    func forgets() {
        let turns = LongFirstTurns()
        for _ in 0..<1000 { turns.note(Self.long, of: "/report") }
        turns.note(Self.short, of: "/report")
        #expect(!isLong("/report", turns))
    }

    @Test("A path that is held up now and then is never long, and what is known of it goes")
    func toleratesHoldUps() {
        let turns = LongFirstTurns()
        for _ in 0..<100 {
            for _ in 1..<Self.certainty { turns.note(Self.long, of: "/bench/hello") }
            #expect(!isLong("/bench/hello", turns))
            for _ in 1..<Self.certainty { turns.note(Self.short, of: "/bench/hello") }
        }
        #expect(turns.count == 0 && turns.expectation(of: "/bench/hello") == .none)
    }

    @Test(
        "A turn during which another thread had the processor says nothing, unless it used as much of it itself",
        arguments: [
            (short, 1, 5, true), (long, long, 0, true), (long, long, 5, true), (long, 1, 0, true),
            (long, long - 1, 1, false), (1000 * long, 1, 1, false),
        ]
    )
    func knowsInterruptions(elapsed: Int64, processorTime: Int64, interruptions: Int, isTelling: Bool) {
        let usage = ThreadUsage(processorTime: processorTime, interruptions: interruptions)
        #expect(LongFirstTurns.isTelling(elapsed, using: usage) == isTelling)
    }

    @Test("What was never asked for is judged by its folder, and by itself from then on")
    func judgesByFolder() {
        let turns = LongFirstTurns()
        for number in 0..<Self.certainty { turns.note(Self.long, of: "/reports/\(number)/a?x=/y") }
        #expect(!isLong("/reports/x/a", turns) && !isLong("/reports/x", turns))
        for _ in 0..<2 * Self.certainty { turns.note(Self.long, of: "/reports/0") }
        #expect(isLong("/reports/0", turns) && !isLong("/reports/x", turns), "one path speaks for itself alone")
        for number in 1..<Self.certainty { turns.note(Self.long, of: "/reports/\(number)") }
        #expect(isLong("/reports/x", turns) && isLong("/reports/", turns))
        for other in ["/reports", "/other/x", "/reports/x/a"] { #expect(!isLong(other, turns), "\(other)") }
        turns.note(Self.short, of: "/reports/x")
        for number in 0..<2 { turns.note(Self.long, of: "/reports/more-\(number)") }
        #expect(isLong("/reports/y", turns))
        #expect(!isLong("/reports/x", turns))
    }

    @Test("Routes at the root say nothing of one another")
    func knowsNoRoot() {
        let turns = LongFirstTurns()
        for number in 0..<10 { turns.note(Self.long, of: "/report-\(number)") }
        #expect(turns.expectation(of: "/hello") == .none)
    }

    @Test("However many paths clients make up, few are remembered, and what is long is learnt again")
    func isBounded() {
        let turns = LongFirstTurns()
        for number in 0..<5000 { turns.note(Self.long, of: "/made-up/\(number)/x") }
        #expect(turns.count <= 512)
        for _ in 0..<Self.certainty { turns.note(Self.long, of: "/report") }
        #expect(isLong("/report", turns))
    }

    @Test("Any text is a target", arguments: ["", "?", "/", "//", "no slash", "\u{212A}", "/a/?b"])
    func takesAny(target: String) {
        let turns = LongFirstTurns()
        for _ in 0..<Self.certainty { turns.note(Self.long, of: target) }
        #expect(isLong(target, turns))
    }
}
