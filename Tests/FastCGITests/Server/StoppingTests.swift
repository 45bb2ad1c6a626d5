import Logging
import Testing

@testable import FastCGI

@Suite struct StoppingTests {
    private final class Server: Stoppable {
        var active = 0
        var calls: [String] = []
        var isDrained: Bool { active == 0 }

        func beginDraining() { calls.append("begin") }
        func closeIdleConnections(at now: Int64) { calls.append("close") }
        func cancelAll() -> Int {
            calls.append("cancel")
            return active
        }
        func log(_ level: Logger.Level, _ message: Logger.Message) { calls.append("\(message)") }
    }

    @Test("Nothing stops that was not told to")
    func waits() {
        let server = Server()
        var stopping = Stopping(drainLimit: 1000)
        #expect(stopping.advance(server, by: nil, at: 0) == false)
        #expect(server.calls.isEmpty && !stopping.hasBegun)
    }

    @Test("A server with nothing under way ends at once")
    func endsAtOnce() {
        let server = Server()
        var stopping = Stopping(drainLimit: 1000)
        #expect(stopping.advance(server, by: .drain, at: 0) == true)
        #expect(server.calls == ["stopping", "begin", "close"])
        #expect(!stopping.isCutting)
    }

    @Test("What is under way has until the drain limit, and what is cut two seconds more")
    func cutsAtTheLimit() {
        let server = Server()
        server.active = 3
        var stopping = Stopping(drainLimit: 1000)
        #expect(stopping.advance(server, by: .drain, at: 0) == false)
        #expect(stopping.advance(server, by: .drain, at: 999) == false)
        #expect(!stopping.isCutting)
        #expect(stopping.advance(server, by: .drain, at: 1000) == false)
        #expect(stopping.isCutting && stopping.cutCount == 3)
        server.active = 1
        #expect(stopping.advance(server, by: .drain, at: 2999) == false)
        #expect(stopping.advance(server, by: .drain, at: 3000) == true)
        #expect(stopping.cutCount == 5, "and whatever comes whole only now")
        #expect(server.calls.count { $0 == "begin" } == 1)
    }

    @Test("A second order cuts at once, and what ends then ends the server")
    func cutsWhenTold() {
        let server = Server()
        server.active = 1
        var stopping = Stopping(drainLimit: 1000)
        #expect(stopping.advance(server, by: .drain, at: 0) == false)
        #expect(stopping.advance(server, by: .cut, at: 5) == false)
        #expect(stopping.cutCount == 1)
        server.active = 0
        #expect(stopping.advance(server, by: .cut, at: 10) == true)
        #expect(stopping.cutCount == 1)
    }
}
