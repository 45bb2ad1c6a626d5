import DownloadSystem
import TestSupport
import Testing

@testable import FastCGI

/// Requests, and the answers to them.
@Suite(.blocking, .timeLimit(.minutes(60))) struct ServerTests {
    // MARK: - Requests

    @Test("A request is answered by its view, in records that end properly")
    func answers() async throws {
        try await withServer { server in
            let answer = try await server.get("/hello")
            #expect(answer.text == "Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nHello world!\n")
            #expect(answer.isComplete)
        }
    }

    @Test("A connection that is to be kept carries one request after another; another one is closed")
    func keepsConnection() async throws {
        try await withServer { server in
            let client = try server.connect()
            for id in [1, 2, 77, 65_535] as [UInt16] {
                try await client.send(Wire.get("/hello", id: id))
                #expect(try await client.answer().body == "Hello world!\n")
            }
            try await client.send(Wire.get("/hello", flags: 0))
            #expect(try await client.answer().isComplete)
            #expect(try await client.seesEnd())
        }
    }

    @Test("Requests sent in one write are answered one after the other")
    func answersPipelined() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send((0..<20).flatMap { _ in Wire.get("/hello") })
            for _ in 0..<20 { #expect(try await client.answer().body == "Hello world!\n") }
        }
    }

    @Test("A request that waits behind one of exactly as many bytes as are looked at together is answered, too")
    func answersBehindFullLook() async throws {
        try await withServer {
            $0.threads = 1
            $0.maximumThreads = 1
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/hello"))
            _ = try await client.answer()
            // Until both are there.
            let blocking = try server.connect()
            try await blocking.send(Wire.get("/write-then-block"))
            _ = try await blocking.output(upTo: "before\n")
            let size = 120_000 - Wire.post("/echo", body: [UInt8](repeating: 1, count: 60_000)).count + 5536
            let request = Wire.post("/echo", body: [UInt8](repeating: 1, count: size))
            #expect(request.count == 65_536)
            try await client.send(request + Wire.get("/hello"))
            server.probe.openGate()
            #expect(try await client.answer().output.suffix(size).allSatisfy { $0 == 1 })
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }

    @Test("A request that comes byte by byte is answered like any other")
    func answersInParts() async throws {
        try await withServer { server in
            let client = try server.connect()
            for byte in Wire.get("/hello") { try await client.send([byte]) }
            #expect(try await client.answer().body == "Hello world!\n")
            try await client.send(Wire.get("/hello"))
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }

    @Test("What is legal but libfcgi can't read is read all the same")
    func answersUncanonical() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(
                Wire.begin(padding: 3) + Wire.parameters(Wire.pair("REQUEST_URI", "/hello"))
                    + Wire.parameters(padding: 5) + Wire.input(padding: 7)
            )
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }

    @Test(
        "A body up to the limit reaches the view, and the connection stays usable",
        arguments: [0, 1, 8192, 100_000, 1_048_576]
    )
    func takesBody(count: Int) async throws {
        try await withServer {
            $0.receiveLimit = .seconds(60)
        } _: { server in
            let client = try server.connect()
            let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try await client.send(Wire.post("/echo", body: body))
            #expect(try await client.answer().output.suffix(count) == body[...])
            try await client.send(Wire.get("/hello"))
            #expect(try await client.answer().isComplete)
        }
    }

    @Test(
        "What a client may have sent, and can't be taken, is answered 400 without any view",
        arguments: [
            Wire.request([("REQUEST_URI", "/hello"), ("PATH_INFO", "/hello\0")]),
            Wire.request([("REQUEST_URI", "/hello"), ("HTTP_X\0", "1")]),
            Wire.request([("REQUEST_URI", "/hello"), ("HTTP_X=Y", "1")]),
            Wire.request([("REQUEST_URI", "/hello"), ("CONTENT_LENGTH", "+1")], body: [1]),
            Wire.request([("REQUEST_URI", "/hello"), ("CONTENT_LENGTH", "2")], body: [1]),
            Wire.request([("REQUEST_URI", "/hello"), ("CONTENT_LENGTH", "2")], body: [1, 2, 3]),
        ]
    )
    func refusesInvalidRequests(request: [UInt8]) async throws {
        try await withServer { server in
            // At once, and byte by byte.
            for pieces in [[request], request.map { [$0] }] {
                let client = try server.connect()
                for piece in pieces { try? await client.send(piece) }
                let answer = try await client.answer()
                #expect(answer.text.hasPrefix("Status: 400 ") && answer.isComplete)
                #expect(try await client.seesEnd())
                #expect(!server.probe.has("began /hello"))
            }
        }
    }

    @Test("A body over the limit is answered 413 without any view")
    func refusesLargeBody() async throws {
        try await withServer {
            $0.maximumBodySize = 1000
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.post("/echo", body: [UInt8](repeating: 1, count: 1001)))
            let answer = try await client.answer()
            #expect(answer.text.hasPrefix("Status: 413 "))
            #expect(answer.isComplete)
            #expect(!server.probe.has("began /echo"))
        }
    }

    @Test("FCGI_GET_VALUES is answered, and the connection stays usable")
    func answersValues() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.record(9, id: 0, Wire.pair("FCGI_MPXS_CONNS", "")))
            let record = try #require(try await client.record())
            #expect(record.type == 10)
            #expect(record.content == Wire.pair("FCGI_MPXS_CONNS", "0"))
            try await client.send(Wire.get("/hello"))
            #expect(try await client.answer().isComplete)
        }
    }

    @Test("A connection that is kept for long may ask, and abort what has ended, before each request")
    func answersValuesAgainAndAgain() async throws {
        try await withServer { server in
            let client = try server.connect()
            for _ in 0..<40 {
                try await client.send(Wire.record(9, id: 0, Wire.pair("FCGI_MPXS_CONNS", "")))
                let record = try #require(try await client.record())
                #expect(record.type == 10)
                for _ in 0..<40 { try await client.send(Wire.record(2)) }
                // Until these are read, so that the request comes alone.
                #expect(await eventually { Socket.unsentBytes(client.descriptor) == 0 })
                try await client.send(Wire.get("/hello"))
                #expect(try await client.answer().isComplete)
            }
        }
    }

    // MARK: - Streams

    @Test("Content of many sizes arrives whole", arguments: ["/large", "/small-pieces", "/main-actor"])
    func streams(target: String) async throws {
        try await withServer { server in
            let answer = try await server.get(target)
            #expect(answer.isComplete)
            switch target {
            case "/large": #expect(answer.bodyCount == 64 * 65_536)
            case "/small-pieces": #expect(answer.body == (0..<100_000).map { "\($0)\n" }.joined())
            default: #expect(answer.body == (0..<10).map { "line \($0)\n" }.joined())
            }
        }
    }

    @Test("A client that is too slow for a view that suspends between its pieces gets all of them, in order")
    func streamsSuspending() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/suspending"))
            let answer = try await client.answer(pausing: .milliseconds(5))
            #expect(answer.isComplete)
            let isWhole = answer.body == (0..<300_000).map { "\($0)\n" }.joined()
            #expect(isWhole, "\(answer.bodyCount) bytes came, or others than were written")
        }
    }

    @Test("A request that came behind another is answered although the first answer fills the socket for long")
    func answersBehindUnread() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/bytes/150000") + Wire.get("/hello", id: 2))
            #expect(await server.probe.wait(for: "ended /bytes/150000"))
            server.pass(.seconds(60))
            #expect(try await client.answer().bodyCount == 150_000)
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }

    @Test("Nothing comes behind the end of a response that is cut while its end waits for the client")
    func cutsBehindNoEnd() async throws {
        try await withServer(time: ManualTime()) { server in
            // Some of them are all written and do not all fit into the socket.
            let clients = try stride(from: 100_000, to: 500_000, by: 8000).map { ($0, try server.connect()) }
            for (count, client) in clients { try await client.send(Wire.get("/bytes/\(count)")) }
            #expect(await eventually { clients.allSatisfy { server.probe.has("began /bytes/\($0.0)") } })
            #expect(await eventually { server.status.slowest.allSatisfy { $0.phase == .writing } })
            server.pass(.seconds(70))
            var wholeCount = 0
            for (count, client) in clients {
                let answer = try await client.answer()
                guard answer.isComplete else { continue }
                wholeCount += 1
                #expect(answer.bodyCount == count)
                // Closed by then, or kept.
                try? await client.send(Wire.get("/hello"))
                if let next = try await client.record() { #expect(next.id == 1, "not a record behind \(count) bytes") }
            }
            #expect(wholeCount > 0)
        }
    }

    @Test("Nothing that a view writes behind the end of its response reaches the next one on the connection")
    func sendsNothingBehindTheEnd() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/goes-on-behind-its-end"))
            #expect(try await client.answer().body == "all")
            #expect(await server.probe.wait(for: "ended /goes-on-behind-its-end"))
            try? await client.send(Wire.get("/hello"))
            let next = try await client.answer()
            #expect(next.text.hasPrefix("Status: 200"), "\(next.text.prefix(100))")
        }
    }

    @Test("What is written is sent while the view waits")
    func sendsEarly() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/gate"))
            #expect(try await client.output(upTo: "before\n").hasSuffix("before\n"))
            #expect(!server.probe.has("ended /gate"))
            server.probe.openGate()
            #expect(try await client.answer().text == "after\n")
        }
    }

    @Test("What is written is sent while the view blocks its thread")
    func sendsWhileBlocked() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/write-then-block"))
            #expect(try await client.output(upTo: "before\n").hasSuffix("before\n"))
            #expect(!server.probe.has("ended /write-then-block"))
            server.probe.openGate()
            #expect(try await client.answer().text == "after\n")
        }
    }

    @Test(
        "A download that failed never ends properly, and shows it by a record that is none",
        arguments: ["/throws-midway", "/throws-at-end", "/suspends-at-end", "/short", "/long"]
    )
    func failsVisibly(target: String) async throws {
        try await withServer { server in
            let answer = try await server.get(target)
            #expect(!answer.isComplete)
            #expect(answer.isBroken)
            switch target {
            case "/throws-at-end", "/suspends-at-end":
                #expect(answer.body == "012345678", "the last byte is kept until the end is certain")
            case "/long": #expect(answer.bodyCount == 49_999)
            default: #expect(answer.bodyCount == 50_000)
            }
        }
    }

    @Test(
        "A handler that throws before its first byte, has too large a head, or none, harms only its own request",
        arguments: [
            "/throws-at-once", "/large-head", "/large-head-and-content", "/no-head", "/content-without-head",
            "/nothing",
            "/second-head",
        ]
    )
    func failsAlone(target: String) async throws {
        try await withServer { server in
            let failed = try await server.get(target)
            #expect(!failed.isComplete)
            #expect(failed.output.isEmpty == (target != "/second-head"))
            let fine = try await server.get("/hello")
            #expect(fine.isComplete)
        }
    }
}
