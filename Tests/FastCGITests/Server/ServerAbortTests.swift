import DownloadSystem
import TestSupport
import Testing

@testable import FastCGI

/// Web servers that send FCGI_ABORT_REQUEST while a request is answered (FastCGI 1.0 §5.4). Most close instead.
@Suite(.blocking, .timeLimit(.minutes(60))) struct ServerAbortTests {
    private static let abort = Wire.record(2)

    /// Lets the server look at what comes on connections that the kernel reports nothing of.
    private func look(_ server: TestServer) { server.pass(.seconds(1)) }

    @Test("An aborted request is cancelled and ends as the protocol wants, and its connection serves the next")
    func ends() async throws {
        let log = RecordedLog()
        try await withServer(log: log, time: ManualTime()) { server in
            let client = try server.connect()
            for round in 1...3 {
                try await client.send(Wire.get("/wait"))
                #expect(try await client.output(upTo: "first\n").hasSuffix("first\n"))
                try await client.send(Self.abort)
                // Of later ones the kernel tells, and time that passed behind that would be the view's to end in.
                if round == 1 { look(server) }
                let answer = try await client.answer()
                #expect(answer.isComplete && answer.output.isEmpty)
                #expect(await server.probe.wait(for: "ended /wait", times: round))
                #expect(await eventually { server.status.totals.aborted == round && server.status.active == 0 })
                try await client.send(Wire.get("/hello"))
                #expect(try await client.answer().body == "Hello world!\n")
            }
            #expect(log.lines.count { $0.contains("the web server aborted the request") } == 3)
        }
    }

    @Test("Of a connection that has served before, an abort is reported by the kernel at once")
    func isReported() async throws {
        // The clock stands: nothing is found by looking again and again.
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/hello"))
            _ = try await client.answer()
            try await client.send(Wire.get("/wait"))
            _ = try await client.output(upTo: "first\n")
            try await client.send(Self.abort)
            #expect(try await client.answer().isComplete)
            #expect(server.probe.has("ended /wait"))
        }
    }

    @Test("Without FCGI_KEEP_CONN the connection is closed behind the end")
    func closes() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/wait", flags: 0))
            _ = try await client.output(upTo: "first\n")
            try await client.send(Self.abort)
            look(server)
            #expect(try await client.answer().isComplete)
            #expect(try await client.seesEnd())
        }
    }

    @Test("An abort that comes in one piece with its request, or byte by byte, is found", arguments: [true, false])
    func findsInPieces(isOnePiece: Bool) async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/wait") + (isOnePiece ? Self.abort : []))
            #expect(await server.probe.wait(for: "began /wait"))
            if isOnePiece { look(server) }
            for byte in isOnePiece ? [] : Self.abort {
                #expect(!server.probe.has("ended /wait"))
                try await client.send([byte])
                look(server)
            }
            #expect(try await client.answer().isComplete)
            try await client.send(Wire.get("/hello"))
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }

    @Test("An abort of another request, or one that has been answered, changes nothing")
    func ignoresOthers() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/hello"))
            _ = try await client.answer()
            try await client.send(Self.abort + Wire.get("/gate"))
            _ = try await client.output(upTo: "before\n")
            try await client.send(Wire.record(2, id: 2) + Wire.input([1, 2, 3]) + Wire.record(9, id: 0))
            look(server)
            look(server)
            #expect(server.status.active == 1 && !server.probe.has("ended /gate"))
            server.probe.openGate()
            let answer = try await client.answer()
            #expect(answer.text == "after\n" && answer.isComplete)
            #expect(server.status.totals.aborted == 0)
        }
    }

    @Test("What waits for a web server that takes nothing is ended too, and its end follows what was on its way")
    func endsStalled() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/endless"))
            let engine = server.server.engine
            #expect(
                await eventually {
                    engine.connections.withLock { $0.all }.contains { $0.waitingSince != nil }
                }
            )
            try await client.send(Self.abort)
            look(server)
            let answer = try await client.answer()
            #expect(answer.isComplete && answer.bodyCount > 100_000)
            try await client.send(Wire.get("/hello"))
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }

    @Test("A view that does not notice loses its connection, as if the client had left")
    func closesUnderViewsThatGoOn() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/block"))
            #expect(await server.probe.wait(for: "began /block"))
            try await client.send(Self.abort)
            look(server)
            server.pass(.milliseconds(500))
            let answer = try await client.answer()
            #expect(!answer.isComplete && answer.output.isEmpty)
            #expect(!server.probe.has("ended /block"))
            server.probe.openGate()
            #expect(await eventually { server.status.active == 0 })
            #expect(try await server.get("/hello").isComplete)
        }
    }

    @Test("What comes behind a request without end is searched within bounds, and the answer goes on")
    func boundsTheSearch() async throws {
        try await withServer(time: ManualTime()) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/gate"))
            _ = try await client.output(upTo: "before\n")
            for _ in 0..<5 { try await client.send(Wire.input(id: 9, [UInt8](repeating: 2, count: 20_000))) }
            try await client.send(Self.abort)
            look(server)
            #expect(!server.probe.has("ended /gate"))
            server.probe.openGate()
            #expect(try await client.answer().isComplete)
            // What was sent is passed over, as records of a request that is none (§3.3).
            try await client.send(Wire.get("/hello"))
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }
}
