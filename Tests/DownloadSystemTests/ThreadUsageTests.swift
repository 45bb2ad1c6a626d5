import DownloadSystem
import Testing

@Suite(.timeLimit(.minutes(5))) struct ThreadUsageTests {
    @Test("A thread that computes uses its processor, for as long as the process's own clock says at most")
    func countsComputing() {
        let clock = ContinuousClock()
        let start = clock.now
        let before = ThreadUsage.current
        var used = before.since(before)
        #expect(used == ThreadUsage(processorTime: 0, interruptions: 0))
        while used.processorTime < 5000 { used = ThreadUsage.current.since(before) }
        #expect(start.duration(to: clock.now) >= .microseconds(used.processorTime - 1))
        #expect(used.interruptions >= 0)
    }
}
