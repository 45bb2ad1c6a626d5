import Testing

@testable import FastCGI

@Suite struct StallClockTests {
    @Test("A client that takes nothing is over the limit when it has passed, and not before")
    func passes() {
        var clock = StallClock(at: 1000)
        let isInTime = clock.hasTaken(within: 60_000, at: 61_000) { 500 }
        let isLate = !clock.hasTaken(within: 60_000, at: 61_001) { 500 }
        #expect(isInTime && isLate)
    }

    @Test("A client at which nobody has looked for longer than the limit is given all of it once more")
    func sparesWhomNobodyHasLookedAt() {
        var clock = StallClock(at: 0)
        let results = [70_000, 71_000, 130_000, 130_001].map { clock.hasTaken(within: 60_000, at: $0) { 500 } }
        #expect(results == [true, true, true, false])
    }

    @Test("A client that takes a little at a time is not, however long it takes")
    func sparesTheSlow() {
        var clock = StallClock(at: 0)
        for second in 1...1000 {
            let isSpared = clock.hasTaken(within: 5000, at: Int64(second) * 1000) { 100_000 - second / 4 }
            #expect(isSpared)
        }
    }

    @Test("A client that has taken all there is waits for nothing of its own")
    func sparesWhoTookAll() {
        var clock = StallClock(at: 0)
        for second in 1...100 {
            let isSpared = clock.hasTaken(within: 5000, at: Int64(second) * 1000) { 0 }
            #expect(isSpared)
        }
    }

    @Test(
        "The kernel is asked once a second, or four times within a shorter limit",
        arguments: [(60_000, 10), (400, 100)]
    )
    func looksSeldom(limit: Int64, count: Int) {
        var clock = StallClock(at: 0)
        var looks = 0
        for tick in 1...100 {
            _ = clock.hasTaken(within: limit, at: Int64(tick) * 100) {
                looks += 1
                return 500
            }
        }
        #expect(looks == count)
    }
}
