import Testing

@testable import FastCGI

@Suite struct EvictionOrderTests {
    private typealias Order = EvictionOrder<String>

    @Test("The client that has waited longest is the first, whatever the order they are found in")
    func takesLongest() {
        var order = Order()
        let waiting = [("b", 20), ("a", 10), ("c", 30)].map { Order.Candidate(client: $0.0, since: $0.1) }
        let taken = (0..<4).map { _ in order.takeLongest(waitingFor: 0, at: 100) { waiting }?.client }
        #expect(taken == ["a", "b", "c", nil])
    }

    @Test("Nobody pays who has not waited for as long as is asked")
    func spares() {
        var order = Order()
        let waiting = [Order.Candidate(client: "a", since: 50)]
        let tooSoon = order.takeLongest(waitingFor: 51, at: 100) { waiting }?.client
        let due = order.takeLongest(waitingFor: 50, at: 100) { waiting }?.client
        #expect(tooSoon == nil && due == "a")
    }

    @Test("The order is made anew when it is old, and not before")
    func renews() {
        var order = Order()
        var looks = 0
        func take(at now: Int64) -> String? {
            order.takeLongest(waitingFor: 0, at: now) {
                looks += 1
                return [Order.Candidate(client: "\(looks)", since: 0)]
            }?
            .client
        }
        #expect(take(at: 1000) == "1")
        #expect(take(at: 1000 + Order.lifetime - 1) == nil)
        #expect(take(at: 1000 + Order.lifetime) == "2")
        #expect(looks == 2)
    }
}
