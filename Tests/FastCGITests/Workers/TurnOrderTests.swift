import Testing

@testable import FastCGI

@Suite struct TurnOrderTests {
    @Test("Tasks that go on have their slice, then the events are looked at")
    func alternates() {
        var order = TurnOrder()
        #expect(order.mayRunJob(at: 0) == true)
        #expect(order.mayRunJob(at: TurnOrder.jobSlice - 1) == true)
        #expect(order.mayRunJob(at: TurnOrder.jobSlice) == false)
        // As long as there are events they go first, for a slice of their own.
        #expect(order.mayRunJob(at: TurnOrder.jobSlice + TurnOrder.eventSlice - 1) == false)
        #expect(order.mayRunJob(at: TurnOrder.jobSlice + TurnOrder.eventSlice) == true)
        #expect(order.mayRunJob(at: 2 * TurnOrder.jobSlice + TurnOrder.eventSlice) == false)
    }

    @Test("One task goes on in each slice, however long it takes")
    func runsOne() {
        var order = TurnOrder()
        order.beginEvents(at: 0)
        #expect(order.mayRunJob(at: 1_000_000) == true)
        #expect(order.mayRunJob(at: 2_000_000) == false)
    }

    @Test("After a job that took long the events have twice as long, within a bound", arguments: [10_000, 5_000_000])
    func makesUpForLongJobs(duration: Int64) {
        var order = TurnOrder()
        #expect(order.mayRunJob(at: 0) == true)
        #expect(order.mayRunJob(at: duration) == false)
        let end = duration + min(2 * duration, TurnOrder.maximumEventSlice)
        #expect(order.mayRunJob(at: end - 1) == false)
        #expect(order.mayRunJob(at: end) == true)
    }

    @Test("Where there are no events a task has its turn at once")
    func goesOn() {
        var order = TurnOrder()
        order.beginEvents(at: 0)
        #expect(order.mayRunJob(at: 1) == false)
        order.reset()
        #expect(order.mayRunJob(at: 2) == true)
    }

    @Test("The kernel is asked between events that bring about one another")
    func asksTheKernel() {
        var order = TurnOrder()
        let answers = (0..<34).map { _ in order.mayTakeReported() }
        #expect(answers.indices.filter { !answers[$0] } == [16, 33])
    }

    @Test("Events that are looked at again have no new slice")
    func keepsSlice() {
        var order = TurnOrder()
        order.beginEvents(at: 0)
        order.beginEvents(at: TurnOrder.eventSlice - 1)
        #expect(order.mayRunJob(at: TurnOrder.eventSlice) == true)
    }
}
