import Testing

@testable import FastCGI

@Suite struct LogRateLimitTests {
    @Test("Lines beyond those of a second are left out, and counted in the next")
    func leavesOut() {
        let limit = LogRateLimit(linesPerSecond: 2)
        #expect((0..<5).map { limit.take(at: 1000 + $0) } == [0, 0, nil, nil, nil])
        #expect(limit.take(at: 1999) == nil)
        #expect(limit.take(at: 2000) == 4)
        #expect(limit.take(at: 2001) == 0)
        #expect(limit.take(at: 2002) == nil)
    }

    @Test("A second begins with its first line, however long none came")
    func begins() {
        let limit = LogRateLimit()
        #expect(limit.take(at: 0) == 0)
        #expect(limit.take(at: 5999) == 0)
        #expect(limit.take(at: 6998) == nil)
        #expect(limit.take(at: 6999) == 1)
        #expect(limit.take(at: 100_000) == 0)
    }

    @Test(
        "What is logged is called once a second, at whatever time it began",
        arguments: [-5000, 0, 1 << 40] as [Int64]
    )
    func calls(start: Int64) {
        let limit = LogRateLimit()
        var calls: [Int64] = []
        for moment in stride(from: start, to: start + 3000, by: 100) {
            limit.ifAllowed(moment) { calls.append(moment) }
        }
        #expect(calls == [start, start + 1000, start + 2000])
    }
}
