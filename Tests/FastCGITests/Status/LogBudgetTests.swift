import Testing

@testable import FastCGI

@Suite struct LogBudgetTests {
    @Test("Lines beyond the budget of a second are left out, and counted in the next")
    func leavesOut() {
        let budget = LogBudget(linesPerSecond: 2)
        #expect((0..<5).map { budget.take(at: 1000 + $0) }.count { $0 == .allowed(leftOut: 0) } == 2)
        #expect(budget.take(at: 1999) == .leftOut)
        #expect(budget.take(at: 2000) == .allowed(leftOut: 4))
        #expect(budget.take(at: 2001) == .allowed(leftOut: 0))
    }
}
