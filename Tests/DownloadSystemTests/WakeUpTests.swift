import DownloadSystem
import Glibc
import Testing

@Suite struct WakeUpTests {
    private func isReadable(_ wakeUp: WakeUp, within milliseconds: Int32 = 0) -> Bool {
        var entry = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) == 1
    }

    @Test("It is readable from the first signal until all are consumed at once")
    func consumesAll() throws {
        let wakeUp = try WakeUp()
        #expect(!isReadable(wakeUp))
        // Nothing to consume, and no waiting for something.
        wakeUp.consume()
        wakeUp.signal()
        wakeUp.signal()
        #expect(isReadable(wakeUp))
        wakeUp.consume()
        #expect(!isReadable(wakeUp))
    }

    @Test("One that counts is readable as often as it was signalled")
    func counts() throws {
        let wakeUp = try WakeUp(counting: true)
        wakeUp.signal(2)
        wakeUp.consume()
        #expect(isReadable(wakeUp))
        wakeUp.consume()
        #expect(!isReadable(wakeUp))
    }

    @Test("It wakes a thread that waits")
    func wakes() throws {
        let wakeUp = try WakeUp()
        try Thread.detach { wakeUp.signal() }
        #expect(isReadable(wakeUp, within: 60_000))
    }
}
