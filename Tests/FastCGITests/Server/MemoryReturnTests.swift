import Testing

@testable import FastCGI

@Suite struct MemoryReturnTests {
    private let megabyte = 1_048_576

    @Test("Memory is given back once when what is held has fallen by half and by 16 MiB")
    func returnsAfterFall() {
        var memory = MemoryReturn()
        #expect(memory.isDue(held: 300 * megabyte, active: 0, at: 0) == false)
        #expect(memory.isDue(held: 151 * megabyte, active: 0, at: 100) == false)
        #expect(memory.isDue(held: 150 * megabyte, active: 0, at: 200) == true)
        #expect(memory.isDue(held: 150 * megabyte, active: 0, at: 10_000) == false)
    }

    @Test("A server that holds little keeps what it has")
    func keepsLittle() {
        var memory = MemoryReturn()
        #expect(memory.isDue(held: 15 * megabyte, active: 0, at: 0) == false)
        #expect(memory.isDue(held: 0, active: 0, at: 10_000) == false)
    }

    @Test("Requests count that hold nothing for their clients")
    func countsRequests() {
        var memory = MemoryReturn()
        #expect(memory.isDue(held: 0, active: 10_000, at: 0) == false)
        #expect(memory.isDue(held: 0, active: 10, at: 100) == true)
    }

    @Test("What views have freed is given back once all requests are done")
    func returnsWhenIdle() {
        var memory = MemoryReturn()
        #expect(memory.isDue(held: 0, active: 1, at: 0) == false)
        #expect(memory.isDue(held: 0, active: 0, at: 100) == true)
        #expect(memory.isDue(held: 0, active: 0, at: 10_000) == false)
        #expect(memory.isDue(held: 0, active: 2, at: 10_100) == false)
        #expect(memory.isDue(held: 0, active: 1, at: 10_200) == false)
        #expect(memory.isDue(held: 0, active: 0, at: 10_300) == true)
    }

    @Test("What falls again and again is given back every five seconds at most")
    func waits() {
        var memory = MemoryReturn()
        var returns = 0
        for tick in 0..<100 {
            let held = tick % 2 == 0 ? 100 * megabyte : 0
            if memory.isDue(held: held, active: 0, at: Int64(tick) * 100) { returns += 1 }
        }
        #expect(returns == 2)
    }
}
