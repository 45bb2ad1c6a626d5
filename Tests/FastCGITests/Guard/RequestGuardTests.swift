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
        arguments: [UInt8(0), 1, 2, 255]
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
        #expect(first.requestID == 1 && first.keepConnection == (flags & 1 == 1) && first.isCanonical)
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

    @Test("A request of exactly the limits is accepted, and of one more is not")
    func drawsTheLine() {
        func isAccepted(_ bytes: [UInt8], _ limits: RequestGuard.Limits) -> Bool {
            if case .request = verdict(bytes, limits: limits) { true } else { false }
        }
        let large = Wire.request([("N", String(repeating: "v", count: 994))])
        #expect(isAccepted(large, .init(parameterBytes: 1_000)))
        #expect(!isAccepted(large, .init(parameterBytes: 999)))
        let body = Wire.request(body: [UInt8](repeating: 1, count: 2_000))
        #expect(isAccepted(body, .init(bodyBytes: 2_000)))
        #expect(!isAccepted(body, .init(bodyBytes: 1_999)))
        // The last pair is in two records.
        let pairs = Wire.pair("A", "1") + Wire.pair("B", "2")
        let cut = Wire.begin() + Wire.parameters(Array(pairs.dropLast())) + Wire.parameters(pairs.suffix(1))
        let two = cut + Wire.parameters() + Wire.input()
        #expect(isAccepted(two, .init(parameterCount: 2)))
        #expect(!isAccepted(two, .init(parameterCount: 1)))
    }

    @Test("As many records without content are allowed as is said, and any number with some")
    func countsRecords() {
        func isAccepted(_ bytes: [UInt8], records: Int) -> Bool {
            if case .request = verdict(bytes, limits: .init(records: records)) { true } else { false }
        }
        let three = Wire.begin() + Wire.parameters() + Wire.input()
        #expect(isAccepted(three, records: 3))
        #expect(!isAccepted(three, records: 2))
        let ignored = Wire.begin() + Wire.input(id: 7, [1]) + Wire.parameters() + Wire.input()
        #expect(isAccepted(ignored, records: 4))
        #expect(!isAccepted(ignored, records: 3))
        let input = (0..<2_000).flatMap { _ in Wire.input([1]) }
        let head = Wire.pair("N", "v").flatMap { Wire.parameters([$0]) }
        #expect(isAccepted(Wire.begin() + head + Wire.parameters() + input + Wire.input(), records: 3))
    }

    @Test(
        "Only CONTENT_LENGTH is a length, wherever records cut its name",
        arguments: ["CONTENT_FORMAT", "ABCDEFT_LENGTH"]
    )
    func readsOtherNames(name: String) {
        let pair = Wire.pair(name, "word")
        for cut in 1..<pair.count {
            let head = Wire.parameters(Array(pair.prefix(cut))) + Wire.parameters(Array(pair.dropFirst(cut)))
            guard case .request = verdict(Wire.begin() + head + Wire.parameters() + Wire.input()) else {
                Issue.record("cut at \(cut)")
                continue
            }
        }
    }

    @Test("A pair may have as many bytes as all may have together, and not one more", arguments: [1, 7])
    func boundsPair(pieceSize: Int) {
        func scan(_ limit: Int) -> ParameterScanner.Failure? {
            let bytes = Wire.pair("ABCD", "1")
            var scanner = ParameterScanner()
            for start in stride(from: 0, to: bytes.count, by: pieceSize) {
                let end = min(bytes.count, start + pieceSize)
                let limits = RequestGuard.Limits(parameterBytes: limit)
                if let failure = scanner.scan(bytes.span, from: start, to: end, limits: limits) { return failure }
            }
            return nil
        }
        #expect(scan(5) == nil)
        #expect(scan(4) == .tooLarge)
    }

    @Test("A CONTENT_LENGTH of any number of digits is a number")
    func readsLongLength() {
        for zeros in [0, 17, 18, 19, 22, 200] {
            let length = String(repeating: "0", count: zeros) + "3"
            guard case .request(let shape) = verdict(Wire.request([("CONTENT_LENGTH", length)], body: [1, 2, 3])) else {
                Issue.record("\(length) is not accepted")
                continue
            }
            #expect(shape.bodyLength == 3)
        }
    }

    @Test("A request is one alone only if nothing is behind it")
    func tellsWhatIsBehind() {
        let bytes = Wire.request()
        #expect(verdict(bytes).isRequest(of: bytes.count))
        #expect(!verdict(bytes + [1]).isRequest(of: bytes.count + 1))
        #expect(!verdict([]).isRequest(of: 0))
    }

    @Test("Tiny records of another request are refused before there are many")
    func boundsRecords() {
        let one = Wire.pair("A", "1")
        let start = Wire.begin() + Wire.parameters(one) + Wire.parameters()
        let events = Conversation.events(start + (0..<2_000).flatMap { _ in Wire.input(id: 2, [0]) })
        #expect(events == [.end(.refuse(.tooManyRecords))])
    }

    @Test(
        "A body in the tiniest records is taken whole, and little more than the body is held of it",
        arguments: [0, 7, 255],
        [1, 3, 500]
    )
    func takesTinyRecords(padding: Int, size: Int) throws {
        let body = (0..<60_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let pairs = Wire.pair("A", String(repeating: "v", count: 3_000)) + Wire.pair("CONTENT_LENGTH", "60000")
        var bytes = Wire.begin() + pairs.flatMap { Wire.parameters([$0], padding: padding) } + Wire.parameters()
        for start in stride(from: 0, to: body.count, by: size) {
            bytes += Wire.input(Array(body[start..<min(start + size, body.count)]), padding: padding)
        }
        bytes += Wire.input()
        var conversation = Conversation(limits: .init(overhead: 4_096))
        var held = 0
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(997)
            rest = rest.dropFirst(piece.count)
            _ = conversation.receive(piece)
            held = max(held, conversation.buffer.count)
        }
        guard conversation.events.count == 1, case .request(let form, let shape) = conversation.events[0] else {
            Issue.record("\(conversation.events.count) events")
            return
        }
        #expect(shape.bodyLength == body.count)
        #expect(
            LibraryReader.read(form)
                == LibraryReader.read(
                    Wire.begin() + Wire.parameters(pairs) + Wire.parameters() + Wire.input(body) + Wire.input()
                )
        )
        // The content, as much again, and one piece.
        #expect(held < 2 * (body.count + pairs.count) + 4_096 + 997 + 1_000, "\(held) bytes")
    }

    @Test("Records of no request are bounded in size")
    func boundsForeignBytes() {
        let limits = RequestGuard.Limits(parameterBytes: 1_000, bodyBytes: 100_000)
        let big = Wire.input(id: 9, [UInt8](repeating: 0, count: 60_000))
        #expect(Conversation.events(Wire.begin() + big + big, limits: limits) == [.end(.refuse(.tooManyIgnoredBytes))])
    }

    @Test("Records of no request may have as many bytes as a request, and not one more")
    func drawsTheLineForForeignBytes() {
        let limits = RequestGuard.Limits(parameterBytes: 1_000, bodyBytes: 2_000)
        func last(_ bytes: [UInt8]) -> Conversation.Event? { Conversation.events(bytes, limits: limits).last }
        func foreign(_ count: Int) -> [UInt8] { Wire.input(id: 2, [UInt8](repeating: 0, count: count)) }
        #expect(last(Wire.begin() + foreign(3_000)) == .end(.incomplete(.head)))
        #expect(last(Wire.begin() + foreign(3_001)) == .end(.refuse(.tooManyIgnoredBytes)))
        // What was answered counts, too.
        #expect(last(Wire.begin() + Wire.begin(id: 2) + foreign(2_992)) == .end(.incomplete(.head)))
        #expect(last(Wire.begin() + Wire.begin(id: 2) + foreign(2_993)) == .end(.refuse(.tooManyIgnoredBytes)))
        let unknown = Wire.record(77, id: 0, [UInt8](repeating: 0, count: 100))
        #expect(last(Wire.begin() + unknown + foreign(2_900)) == .end(.incomplete(.head)))
        #expect(last(Wire.begin() + unknown + foreign(2_901)) == .end(.refuse(.tooManyIgnoredBytes)))
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
