import Testing

@testable import FastCGI

@Suite struct RequestGuardTests {
    private func verdict(
        _ bytes: [UInt8],
        limits: RequestGuard.Limits = RequestGuard.Limits()
    ) -> RequestGuard.Verdict {
        var requestGuard = RequestGuard(limits: limits, capacity: .init(connections: 64, requests: 32))
        return requestGuard.examine(bytes.span)
    }

    @Test("A whole request as nginx sends it is let through as it is")
    func acceptsWhatNginxSends() {
        let bytes = Wire.request([("QUERY_STRING", ""), ("CONTENT_LENGTH", ""), ("REQUEST_URI", "/d/text")])
        let shape = RequestGuard.RequestShape(
            length: bytes.count,
            requestID: 1,
            keepConnection: true,
            parameterLength: 50,
            bodyLength: 0,
            isCanonical: true
        )
        #expect(verdict(bytes) == .request(shape))
    }

    @Test("Every proper prefix of a request is incomplete")
    func waitsForTheWholeRequest() {
        let bytes = Wire.request(body: [1, 2, 3])
        let head = bytes.count - 8 - 11
        for count in 0..<bytes.count {
            let phase: RequestGuard.Phase = count == 0 ? .idle : count < head ? .head : .body
            #expect(verdict(Array(bytes.prefix(count))) == .incomplete(phase), "\(count) bytes")
        }
    }

    @Test("What a peer gets wrong is refused", arguments: Refused.cases)
    func refuses(_ refused: Refused) {
        #expect(Conversation.events(refused.bytes).last == .end(.refuse(refused.reason)))
    }

    @Test(
        "A second request in the same write is found after the first",
        arguments: [UInt8(0), 1]
    )
    func leavesPipelinedRequest(flags: UInt8) throws {
        let one = Wire.request(flags: flags, [("A", "1")])
        let two = Wire.request(id: 7, [("B", "2")], body: [9])
        let events = Conversation.events(one + two)
        try #require(events.count == 3)
        guard case .request(one, let first) = events[0], case .request(two, let second) = events[1] else {
            Issue.record("\(events)")
            return
        }
        #expect(first.requestID == 1 && first.keepConnection == (flags == 1) && first.isCanonical)
        #expect(second.requestID == 7 && second.bodyLength == 1 && second.isCanonical)
        #expect(events[2] == .end(.incomplete(.idle)))
    }

    @Test("What libfcgi mishandles is accepted and given to it without the foreign bytes", arguments: Unclean.cases)
    func cleans(_ unclean: Unclean) {
        let events = Conversation.events(unclean.bytes).filter { if case .request = $0 { true } else { false } }
        guard events.count == 1, case .request(let form, let shape) = events[0] else {
            Issue.record("\(events)")
            return
        }
        #expect(!shape.isCanonical)
        #expect(shape.length == unclean.bytes.count)
        #expect(LibraryReader.read(form) == Unclean.expected)
    }

    @Test("An unreadable amount is answered with a status, before it has arrived", arguments: TooMuch.cases)
    func limits(_ tooMuch: TooMuch) {
        let limits = RequestGuard.Limits(parameterBytes: 1_000, parameterCount: 20, bodyBytes: 2_000)
        let expected = RequestGuard.TooLarge(requestID: 1, keepConnection: true, part: tooMuch.part)
        #expect(verdict(tooMuch.bytes, limits: limits) == .tooLarge(expected))
    }

    @Test("A request at the limits is accepted")
    func acceptsTheLimits() {
        let limits = RequestGuard.Limits(parameterBytes: 1_004, parameterCount: 21, bodyBytes: 2_000)
        let pairs = [("CONTENT_LENGTH", "2000"), ("N", String(repeating: "v", count: 899))]
        let small = (0..<19).map { _ in ("N", "v") }
        guard
            case .request = verdict(
                Wire.request(pairs + small, body: .init(repeating: 1, count: 2_000)),
                limits: limits
            )
        else {
            Issue.record("not accepted")
            return
        }
    }

    @Test("Tiny records are refused before there are many", arguments: [UInt16(1), 2])
    func boundsRecords(id: UInt16) {
        let one = Wire.pair("A", "1")
        let start = Wire.begin() + Wire.parameters(one) + Wire.parameters()
        let events = Conversation.events(start + (0..<2_000).flatMap { _ in Wire.input(id: id, [0]) })
        #expect(events == [.end(.refuse(.tooManyRecords))])
    }

    @Test("Records of no request are bounded in size")
    func boundsForeignBytes() {
        let limits = RequestGuard.Limits(parameterBytes: 1_000, bodyBytes: 100_000)
        let big = Wire.input(id: 9, [UInt8](repeating: 0, count: 60_000))
        #expect(Conversation.events(Wire.begin() + big + big, limits: limits) == [.end(.refuse(.tooManyIgnoredBytes))])
    }

    @Test("A body is looked at once, however it arrives")
    func costsOneLook() {
        let body = [UInt8](repeating: 7, count: 1_000_000)
        var bytes = Wire.begin() + Wire.parameters()
        for start in stride(from: 0, to: body.count, by: 8_000) {
            bytes += Wire.input(Array(body[start..<start + 8_000]))
        }
        bytes += Wire.input()
        var requestGuard = RequestGuard(capacity: .init(connections: 1, requests: 1))
        // A guard that began again for each piece would judge 60 million records here, for minutes.
        for count in 1..<bytes.count {
            guard case .incomplete = requestGuard.examine(bytes.span.extracting(..<count)) else {
                Issue.record("at \(count)")
                return
            }
        }
        guard case .request(let shape) = requestGuard.examine(bytes.span) else {
            Issue.record("not accepted")
            return
        }
        #expect(shape.bodyLength == 1_000_000)
    }

    @Test("A final verdict is repeated until the guard is reset")
    func repeatsFinalVerdict() {
        let bytes = Wire.begin() + Wire.parameters(Wire.pair("A=B", ""))
        var requestGuard = RequestGuard(capacity: .init(connections: 1, requests: 1))
        #expect(requestGuard.examine(bytes.span) == .refuse(.equalsSignInName))
        #expect(requestGuard.examine(bytes.span) == .refuse(.equalsSignInName))
        #expect(requestGuard.examine([UInt8]().span) == .refuse(.equalsSignInName))
    }
}
