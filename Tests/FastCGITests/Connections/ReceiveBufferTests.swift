import Testing

@testable import FastCGI

@Suite struct ReceiveBufferTests {
    private static let capacity = RequestGuard.Capacity(connections: 1, requests: 1)

    private func buffer(_ limits: RequestGuard.Limits = .init()) -> ReceiveBuffer {
        ReceiveBuffer(guardedBy: RequestGuard(limits: limits, capacity: Self.capacity))
    }

    private func append(_ bytes: some Collection<UInt8>, to buffer: inout ReceiveBuffer) {
        unsafe Array(bytes).withUnsafeBytes { unsafe buffer.append($0) }
    }

    @Test("A request that comes byte by byte is found with its last, and nothing of it is held then")
    func findsRequest() throws {
        var buffer = buffer()
        let request = Wire.request()
        for (index, byte) in request.enumerated() {
            append([byte], to: &buffer)
            #expect(buffer.count == index + 1)
            let verdict = buffer.examine()
            guard index == request.count - 1 else { continue }
            guard case .request(let shape) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(DecodedRequest(strictly: buffer.takeRequest(shape))?.parameters.count == 1)
        }
        #expect(buffer.isEmpty)
    }

    @Test("What came behind a request stays, and is the beginning of the next")
    func keepsWhatIsBehind() throws {
        var buffer = buffer()
        let (first, second) = (Wire.request(id: 1), Wire.request(id: 2))
        append(first + second.dropLast(3), to: &buffer)
        guard case .request(let shape) = buffer.examine() else {
            Issue.record("the first is not found")
            return
        }
        #expect(shape.requestID == 1 && shape.length == first.count)
        _ = buffer.takeRequest(shape)
        #expect(buffer.bytes == Array(second.dropLast(3)))
        #expect(buffer.examine() == .incomplete(.body))
        append(second.suffix(3), to: &buffer)
        guard case .request(let next) = buffer.examine() else {
            Issue.record("the second is not found")
            return
        }
        #expect(next.requestID == 2)
    }

    @Test("What the guard has dealt with is dropped, and the rest stays")
    func drops() {
        var buffer = buffer()
        append([1, 2, 3, 4], to: &buffer)
        buffer.drop(3)
        #expect(buffer.bytes == [4])
        buffer.drop(1)
        #expect(buffer.isEmpty)
    }

    @Test("What was counted before a request that was not buffered does not count for the next")
    func forgetsCounts() {
        var limits = RequestGuard.Limits()
        limits.replies = 2
        var buffer = buffer(limits)
        func ask() -> RequestGuard.Verdict {
            append(Wire.record(9, id: 0), to: &buffer)
            let verdict = buffer.examine()
            if case .reply(let reply) = verdict { buffer.drop(reply.consumed) }
            return verdict
        }
        for _ in 0..<2 {
            for _ in 0..<2 {
                guard case .reply = ask() else {
                    Issue.record("not answered")
                    return
                }
            }
            buffer.passRequest()
        }
        for _ in 0..<2 { _ = ask() }
        #expect(ask() == .refuse(.tooManyReplies))
    }

    @Test("A body in tiny records is not held with all their headers")
    func compacts() {
        var limits = RequestGuard.Limits()
        limits.overhead = 100
        var buffer = buffer(limits)
        append(Wire.begin() + Wire.parameters(Wire.pair("REQUEST_URI", "/")) + Wire.parameters(), to: &buffer)
        for _ in 0..<1000 {
            append(Wire.input([120], padding: 7), to: &buffer)
            #expect(buffer.examine() == .incomplete(.body))
        }
        #expect(buffer.count < 1500, "of 16,000 bytes that came")
        append(Wire.input(), to: &buffer)
        guard case .request(let shape) = buffer.examine() else {
            Issue.record("not found")
            return
        }
        #expect(DecodedRequest(strictly: buffer.takeRequest(shape))?.body == [UInt8](repeating: 120, count: 1000))
    }

    @Test("A refused connection holds nothing of what still comes, and is told when that is too much")
    func discards() {
        var buffer = buffer()
        append([1, 2, 3], to: &buffer)
        buffer.discardAll()
        #expect(buffer.discards && buffer.isEmpty)
        let piece = [UInt8](repeating: 0, count: 65_536)
        for _ in 0..<32 { append(piece, to: &buffer) }
        #expect(buffer.isEmpty && !buffer.hasDiscardedTooMuch)
        append([0], to: &buffer)
        #expect(buffer.isEmpty && buffer.hasDiscardedTooMuch)
    }
}
