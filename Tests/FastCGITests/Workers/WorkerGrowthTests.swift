import Testing

@testable import FastCGI

@Suite struct WorkerGrowthTests {
    private func sample(count: Int = 2, idle: Int = 0, progress: Int = 7, hasWork: Bool = true) -> WorkerGrowth.Sample {
        WorkerGrowth.Sample(count: count, idle: idle, progress: progress, hasWork: hasWork)
    }

    @Test("Workers that stand still while something waits get help: one, then two, then four")
    func doubles() {
        var growth = WorkerGrowth()
        #expect(growth.look(at: sample(), 0, maximum: 64) == 0, "the first look knows nothing of before")
        #expect(growth.look(at: sample(), 49, maximum: 64) == 0)
        #expect([50, 100, 150].map { growth.look(at: sample(), $0, maximum: 64) } == [1, 2, 4])
        #expect(growth.isBlocked)
    }

    @Test(
        "None is added while one is idle, one has moved, or nothing waits",
        arguments: [(1, 7, true), (0, 8, true), (0, 7, false)]
    )
    func waits(idle: Int, progress: Int, hasWork: Bool) {
        var growth = WorkerGrowth()
        #expect(growth.look(at: sample(), 0, maximum: 64) == 0)
        let other = sample(idle: idle, progress: progress, hasWork: hasWork)
        #expect(growth.look(at: other, 60, maximum: 64) == 0)
        #expect(!growth.isBlocked)
    }

    @Test("There are never more than may be, and the server still knows that all are blocked")
    func keepsTheMaximum() {
        var growth = WorkerGrowth()
        #expect(growth.look(at: sample(count: 63), 0, maximum: 64) == 0)
        #expect(growth.look(at: sample(count: 63), 50, maximum: 64) == 1)
        #expect(growth.look(at: sample(count: 64), 100, maximum: 64) == 0)
        #expect(growth.isBlocked)
        #expect(growth.look(at: sample(count: 70), 150, maximum: 64) == 0)
    }

    @Test("What could not be added is asked for again; an idle worker begins it anew")
    func beginsAnew() {
        var growth = WorkerGrowth()
        #expect(growth.look(at: sample(), 0, maximum: 64) == 0)
        #expect([50, 100].map { growth.look(at: sample(), $0, maximum: 64) } == [1, 2])
        growth.addingFailed()
        #expect(growth.look(at: sample(), 150, maximum: 64) == 2)
        #expect(growth.look(at: sample(idle: 1), 200, maximum: 64) == 0)
        #expect(growth.look(at: sample(), 250, maximum: 64) == 0)
        #expect(growth.look(at: sample(), 300, maximum: 64) == 1)
    }
}
