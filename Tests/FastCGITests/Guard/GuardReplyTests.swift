import Testing

@testable import FastCGI

@Suite struct GuardReplyTests {
    /// An `FCGI_GET_VALUES` record that asks for these names.
    private func question(_ names: [String], padding: Int = 0) -> [UInt8] {
        Wire.record(9, id: 0, names.flatMap { Wire.pair($0, "") }, padding: padding)
    }

    private func result(_ pairs: [(String, String)]) -> [UInt8] {
        let content = pairs.flatMap { Wire.pair($0.0, $0.1) }
        let padding = (8 - content.count % 8) % 8
        return Wire.record(10, id: 0, content, padding: padding).map { $0 == 0xEE ? 0 : $0 }
    }

    private func endRequest(_ id: UInt16, _ status: UInt8) -> [UInt8] {
        Wire.record(3, id: id, [0, 0, 0, 0, status, 0, 0, 0])
    }

    @Test("An unpadded FCGI_GET_VALUES is answered at once, names in the order asked")
    func answersValues() {
        let answer = result([("FCGI_MPXS_CONNS", "0"), ("FCGI_MAX_CONNS", "64"), ("FCGI_MAX_REQS", "32")])
        let bytes = question(["FCGI_MPXS_CONNS", "FCGI_MAX_CONNS", "UNHEARD_OF", "FCGI_MAX_REQS"])
        #expect(Conversation.events(bytes) == [.reply(answer, closes: false), .end(.incomplete(.idle))])
    }

    @Test("A name asked four times in 73 bytes is answered once")
    func answersRepeatedNameOnce() {
        let bytes = question([String](repeating: "FCGI_MAX_CONNS", count: 4), padding: 1)
        #expect(bytes.count == 73)
        let answer = result([("FCGI_MAX_CONNS", "64")])
        #expect(Conversation.events(bytes) == [.reply(answer, closes: false), .end(.incomplete(.idle))])
    }

    @Test("An empty FCGI_GET_VALUES has an empty answer")
    func answersNoValues() {
        #expect(Conversation.events(question([])).first == .reply(Wire.record(10, id: 0), closes: false))
    }

    @Test("A length of four bytes may be the last of an FCGI_GET_VALUES")
    func answersLongLength() {
        let bytes = Wire.record(9, id: 0, [1, 0x80, 0, 0, 0, 65, 0, 0x80, 0, 0, 0])
        #expect(Conversation.events(bytes).first == .reply(Wire.record(10, id: 0), closes: false))
    }

    @Test("Without a limit on content, records of no request are answered and ignored as with one")
    func answersWithoutLimit() {
        let limits = RequestGuard.Limits(bodyBytes: .max)
        let bytes = question([]) + Wire.record(5, id: 1, [1])
        #expect(Conversation.events(bytes, limits: limits).last == .end(.incomplete(.idle)))
    }

    @Test("As many answers are given as are allowed")
    func answersUpToTheLimit() {
        let events = Conversation.events((0..<32).flatMap { _ in question([]) })
        #expect(events.count == 33 && events.last == .end(.incomplete(.idle)))
    }

    @Test("An unknown management record is named in the answer", arguments: [UInt8(0), 12, 200, 255])
    func answersUnknownType(type: UInt8) {
        let answer = Wire.record(11, id: 0, [type, 0, 0, 0, 0, 0, 0, 0])
        let bytes = Wire.record(type, id: 0, [1, 2, 3], padding: 5)
        #expect(Conversation.events(bytes) == [.reply(answer, closes: false), .end(.incomplete(.idle))])
    }

    @Test("A request after a management record is as good as one alone")
    func dropsWhatItAnswered() {
        let request = Wire.request()
        let events = Conversation.events(question([]) + request)
        guard events.count == 3, case .request(request, let shape) = events[1] else {
            Issue.record("\(events)")
            return
        }
        #expect(shape.isCanonical && shape.length == request.count)
    }

    @Test(
        "A role other than responder is refused and its other records are passed over",
        arguments: [UInt8(0), 2, 3, 99]
    )
    func refusesRole(role: UInt8) {
        let rest = Wire.parameters(Wire.pair("A", "1")) + Wire.parameters() + Wire.input([1]) + Wire.input()
        let next = Wire.request()
        let events = Conversation.events(Wire.begin(role: role) + rest + next)
        #expect(events.first == .reply(endRequest(1, 3), closes: false))
        guard case .request(next, _) = events.dropLast().last else {
            Issue.record("\(events)")
            return
        }
    }

    @Test("A role has two bytes")
    func readsWholeRole() {
        let events = Conversation.events(Wire.record(1, [1, 1, 1, 0, 0, 0, 0, 0]))
        #expect(events.first == .reply(endRequest(1, 3), closes: false))
    }

    @Test("Without FCGI_KEEP_CONN the connection closes after a refused role")
    func closesAfterRole() {
        let events = Conversation.events(Wire.begin(role: 2, flags: 0))
        #expect(events.first == .reply(endRequest(1, 3), closes: true))
    }

    @Test("A second request begun meanwhile is told that the connection cannot be shared")
    func refusesSecondRequest() {
        let one = Wire.begin() + Wire.parameters() + Wire.input()
        let other = Wire.begin(id: 513)
        let bytes = one.prefix(16) + other + one.dropFirst(16)
        let events = Conversation.events(Array(bytes))
        #expect(events.first == .reply(endRequest(513, 1), closes: false))
        guard events.count == 3, case .request(one, let shape) = events[1] else {
            Issue.record("\(events)")
            return
        }
        #expect(!shape.isCanonical)
    }

    @Test("The rest of a refused second request may follow the first one's end")
    func passesOverLateRecords() {
        let head = Wire.begin() + Wire.begin(id: 2) + Wire.parameters() + Wire.input()
        let late = Wire.parameters(id: 2) + Wire.input(id: 2)
        let events = Conversation.events(head + late + Wire.request())
        #expect(events.filter { if case .request = $0 { true } else { false } }.count == 2)
        #expect(events.last == .end(.incomplete(.idle)))
    }

    @Test(
        "An aborted request ends at once and is never served",
        arguments: [
            [], Wire.parameters([1, 1]), Wire.parameters() + Wire.input([1]), Wire.parameters(padding: 3),
        ]
    )
    func endsAborted(part: [UInt8]) {
        let next = Wire.request()
        let events = Conversation.events(Wire.begin() + part + Wire.record(2) + next)
        #expect(events.first == .reply(endRequest(1, 0), closes: false))
        guard events.count == 3, case .request(next, let shape) = events[1] else {
            Issue.record("\(events)")
            return
        }
        #expect(shape.isCanonical)
        // Nothing of the aborted one is counted with it.
        #expect(Conversation.events(next).first == .request(next, shape))
    }

    @Test("The rest of an aborted request is passed over")
    func passesOverRestOfAborted() {
        let late = Wire.parameters(Wire.pair("A", "1")) + Wire.input([1])
        let events = Conversation.events(Wire.begin() + Wire.record(2) + late + Wire.request())
        #expect(events.filter { if case .request = $0 { true } else { false } }.count == 1)
        #expect(events.last == .end(.incomplete(.idle)))
    }

    @Test("Records of a refused request are passed over until its identifier is begun again")
    func forgetsRefusedOnBegin() {
        let refused = Wire.begin(role: 2) + Wire.input([1])
        #expect(Conversation.events(refused).last == .end(.incomplete(.idle)))
        let events = Conversation.events(refused + Wire.request() + Wire.input([1]))
        #expect(events.count { if case .request = $0 { true } else { false } } == 1)
        #expect(events.last == .end(.incomplete(.idle)))
    }

    @Test(
        "Records of an inactive identifier are ignored, whatever their type, before, within and behind a request",
        arguments: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 255] as [UInt8],
        [[], [1, 2, 3]] as [[UInt8]]
    )
    func ignoresInactive(type: UInt8, content: [UInt8]) {
        for id: UInt16 in [1, 7] {
            let foreign = Wire.record(type, id: id, content)
            let whole = Wire.request(id: 3, [("A", "1")], body: [9])
            let begun = Wire.begin(id: 3)
            #expect(Conversation.events(foreign).last == .end(.incomplete(.idle)))
            for bytes in [foreign + whole, begun + foreign + whole.dropFirst(begun.count), whole + foreign] {
                let events = Conversation.events(bytes)
                let requests = events.compactMap { if case .request(let form, _) = $0 { form } else { nil } }
                #expect(requests.map { LibraryReader.read($0) } == [LibraryReader.read(whole)])
                #expect(events.last == .end(.incomplete(.idle)))
                #expect(!events.contains { if case .reply(let bytes, _) = $0 { !bytes.isEmpty } else { false } })
            }
        }
    }

    @Test("DATA and types of later versions, of the request itself, are ignored", arguments: [8, 12, 255] as [UInt8])
    func ignoresUseless(type: UInt8) {
        let whole = Wire.request([("A", "1")], body: [9])
        let useless = Wire.record(type, [1])
        let events = Conversation.events(
            Wire.begin() + useless + Wire.parameters(Wire.pair("A", "1")) + useless + Wire.parameters() + useless
                + Wire.input([9]) + useless + Wire.input()
        )
        let requests = events.compactMap { if case .request(let form, _) = $0 { form } else { nil } }
        #expect(requests.map { LibraryReader.read($0) } == [LibraryReader.read(whole)])
    }

    @Test("Without FCGI_KEEP_CONN the connection closes after an abort")
    func closesAfterAbort() {
        let events = Conversation.events(Wire.begin(flags: 0) + Wire.record(2))
        #expect(events.first == .reply(endRequest(1, 0), closes: true))
    }

    @Test("An abort that crosses the end of its request is passed over")
    func passesOverLateAbort() {
        let events = Conversation.events(Wire.request() + Wire.record(2) + Wire.request())
        #expect(events.filter { if case .request = $0 { true } else { false } }.count == 2)
    }

    @Test("A body over the limit is answered 413 in valid records")
    func answersContentTooLarge() {
        let request = RequestGuard.TooLarge(requestID: 258, keepConnection: true, part: .body)
        let text =
            "Status: 413 Content Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: 22\r\nCache-Control: no-store\r\n\r\n413 Content Too Large\n"
        let expected = Wire.record(6, id: 258, Array(text.utf8)) + Wire.record(6, id: 258) + endRequest(258, 0)
        #expect(request.answer == expected)
    }

    @Test("Parameters over the limit are answered 431")
    func answersHeadTooLarge() {
        let request = RequestGuard.TooLarge(requestID: 1, keepConnection: true, part: .parameters)
        #expect(request.answer.dropFirst(8).starts(with: Array("Status: 431 Request Header Fields Too Large\r\n".utf8)))
    }

    @Test("A long answer is split into records of 65,528 bytes", arguments: [0, 1, 65_528, 65_529, 200_000])
    func splitsAnswers(count: Int) {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        var expected: [UInt8] = []
        for start in stride(from: 0, to: count, by: 65_528) {
            expected += Wire.record(6, id: 7, Array(content[start..<min(count, start + 65_528)]))
        }
        #expect(ResponseRecords.answer(7, content: content) == expected + Wire.record(6, id: 7) + endRequest(7, 0))
    }
}
