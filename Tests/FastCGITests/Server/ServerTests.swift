import Foundation
import Logging
import ServiceLifecycle
import Testing

@testable import FastCGI

@Suite(.timeLimit(.minutes(5))) struct ServerTests {
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
        try await withServer { server in
            let client = try server.connect()
            let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try await client.send(Wire.post("/echo", body: body))
            #expect(try await client.answer().output.suffix(count) == body[...])
            try await client.send(Wire.get("/hello"))
            #expect(try await client.answer().isComplete)
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
                #expect(await eventually { Socket.unreadBytes(client.descriptor) == 0 })
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
        try await withServer {
            $0.receiveLimit = .milliseconds(200)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/bytes/150000") + Wire.get("/hello", id: 2))
            try await Task.sleep(for: .milliseconds(600))
            #expect(try await client.answer().bodyCount == 150_000)
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }

    @Test("Nothing comes behind the end of a response that is cut while its end waits for the client")
    func cutsBehindNoEnd() async throws {
        try await withServer {
            $0.writeLimit = .milliseconds(100)
        } _: { server in
            // Some of them are all written and do not all fit into the socket.
            let clients = try stride(from: 100_000, to: 500_000, by: 8000).map { ($0, try server.connect()) }
            for (count, client) in clients { try await client.send(Wire.get("/bytes/\(count)")) }
            try await Task.sleep(for: .milliseconds(400))
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
        arguments: ["/throws-midway", "/throws-at-end", "/short", "/long"]
    )
    func failsVisibly(target: String) async throws {
        try await withServer { server in
            let answer = try await server.get(target)
            #expect(!answer.isComplete)
            #expect(answer.isBroken)
            switch target {
            case "/throws-at-end": #expect(answer.body == "012345678", "the last byte is kept until the end is certain")
            case "/long": #expect(answer.bodyCount == 49_999)
            default: #expect(answer.bodyCount == 50_000)
            }
        }
    }

    @Test(
        "A handler that throws before its first byte, has too large a head, or none, harms only its own request",
        arguments: ["/throws-at-once", "/large-head", "/no-head", "/content-without-head", "/nothing", "/second-head"]
    )
    func failsAlone(target: String) async throws {
        try await withServer { server in
            let failed = try await server.get(target)
            #expect(!failed.isComplete)
            let fine = try await server.get("/hello")
            #expect(fine.isComplete)
        }
    }

    // MARK: - Clients

    @Test("A client that leaves cancels the view that waits, and its cleanup runs")
    func cancels() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/wait"))
            _ = try await client.output(upTo: "first\n")
            client.close()
            #expect(await server.probe.wait(for: "ended /wait"))
            #expect(await eventually { server.server.status.totals.aborted == 1 })
        }
    }

    @Test("A client that has closed only its sending half gets the whole answer", arguments: ["/hello", "/gate"])
    func answersHalfClosed(target: String) async throws {
        try await withServer { server in
            // The first request of a connection, and one that comes when the connection is watched already.
            for isKept in [false, true] {
                let client = try server.connect()
                if isKept {
                    try await client.send(Wire.get("/hello"))
                    _ = try await client.answer()
                }
                try await client.send(Wire.get(target))
                client.closeSendingHalf()
                #expect(await server.probe.wait(for: "began \(target)", times: isKept ? 2 : 1))
                try await Task.sleep(for: .milliseconds(20))
                server.probe.openGate()
                #expect(try await client.answer().isComplete)
                #expect(try await client.seesEnd())
            }
            #expect(server.server.status.totals.aborted == 0)
        }
    }

    @Test("A client that leaves ends an endless view that writes")
    func endsWriter() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/endless"))
            _ = try await client.record()
            client.close()
            #expect(await server.probe.wait(for: "ended /endless"))
        }
    }

    @Test("Clients that read nothing, send nothing or send half a request hold no worker")
    func slowClientsHoldNoWorker() async throws {
        try await withServer { server in
            var clients: [TestClient] = []
            for _ in 0..<10 {
                let silent = try server.connect()
                let half = try server.connect()
                try await half.send(Array(Wire.get("/hello").dropLast(9)))
                let idle = try server.connect()
                try await idle.send(Wire.get("/hello"))
                _ = try await idle.answer()
                let deaf = try server.connect()
                try await deaf.send(Wire.get("/endless"))
                clients += [silent, half, idle, deaf]
            }
            #expect(await server.probe.wait(for: "began /endless", times: 10))
            #expect(try await server.get("/hello").isComplete)
            #expect(await eventually { server.server.status.slowest.count { $0.phase == .writing } == 10 })
            #expect(server.server.status.idleWorkers == 2)
            withExtendedLifetime(clients) {}
        }
    }

    @Test("Views that block every thread leave the server answering, by threads that are added")
    func growsWhenBlocked() async throws {
        try await withServer { server in
            var clients: [TestClient] = []
            for _ in 0..<6 {
                let client = try server.connect()
                try await client.send(Wire.get("/block"))
                clients.append(client)
            }
            #expect(try await server.get("/hello").isComplete)
            server.probe.openGate()
            for client in clients { #expect(try await client.answer().isComplete) }
        }
    }

    // MARK: - Limits

    @Test("A request that does not arrive in time is dropped")
    func limitsReceiving() async throws {
        try await withServer {
            $0.receiveLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Array(Wire.get("/hello").dropLast(9)))
            #expect(try await client.seesEnd())
            let kept = try server.connect()
            try await kept.send(Wire.get("/hello"))
            _ = try await kept.answer()
            try await Task.sleep(for: .milliseconds(400))
            try await kept.send(Wire.get("/hello"))
            #expect(try await kept.answer().isComplete, "an idle connection that is kept is no request that is late")
        }
    }

    @Test("A request that has arrived is answered however long no worker looks at it")
    func limitsNoArrived() async throws {
        try await withServer {
            $0.threads = 1
            $0.maximumThreads = 1
            // It holds for the time that this test takes to send, too, on whatever machine.
            $0.receiveLimit = .seconds(9)
        } _: { server in
            let blocking = try server.connect()
            try await blocking.send(Wire.get("/hello"))
            _ = try await blocking.answer()
            let client = try server.connect()
            #expect(await eventually { server.server.status.connections == 2 })
            try await blocking.send(Wire.get("/block"))
            #expect(await server.probe.wait(for: "began /block"))
            try await client.send(Wire.get("/hello"))
            try await Task.sleep(for: .seconds(10))
            server.probe.openGate()
            #expect(try await client.answer().body == "Hello world!\n")
        }
    }

    @Test("A client that has taken all there is is not cut, however long no worker gives it more")
    func limitsNoneThatTookAll() async throws {
        try await withServer {
            $0.threads = 1
            $0.maximumThreads = 1
            $0.writeLimit = .seconds(5)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/large"))
            #expect(await eventually { server.server.status.slowest.first?.phase == .writing })
            let blocking = try server.connect()
            try await blocking.send(Wire.get("/block"))
            #expect(await server.probe.wait(for: "began /block"))
            try await client.readWhatComes(pause: .seconds(7))
            server.probe.openGate()
            let answer = try await client.answer()
            let (isComplete, count) = (answer.isComplete, answer.bodyCount)
            #expect(isComplete)
            #expect(count == 64 * 65_536)
        }
    }

    @Test("A client that takes nothing for too long is cut visibly")
    func limitsWriting() async throws {
        try await withServer {
            $0.writeLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/endless"))
            #expect(await server.probe.wait(for: "ended /endless"))
            let answer = try await client.answer()
            #expect(!answer.isComplete)
            #expect(await eventually { server.server.status.totals.timedOut == 1 })
        }
    }

    @Test(
        "A view that takes no notice of being cut can't make a whole download of it",
        arguments: ["/swallows", "/swallows-and-goes-on"]
    )
    func cutsWhoeverSwallows(target: String) async throws {
        try await withServer {
            $0.requestLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get(target))
            #expect(await server.probe.wait(for: "swallowed"))
            // Until all that was written is read, and there is room for more.
            try await client.readWhatComes(pause: .milliseconds(300))
            server.probe.openGate()
            let rest = try await client.answer()
            let (isComplete, isBroken) = (rest.isComplete, rest.isBroken)
            #expect(!isComplete)
            #expect(isBroken)
        }
    }

    @Test("A client that takes a little at a time is not cut, however long it takes until there is room")
    func limitsWritingByProgress() async throws {
        try await withServer {
            $0.writeLimit = .seconds(5)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/bytes/600000"))
            // The kernel tells of room on a unix socket when some 150 KB are read: at 20 KB/s that is later than the limit.
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .seconds(10) {
                try await client.receive(upTo: Int((ContinuousClock.now - start) / .seconds(1) * 20_000))
                try await Task.sleep(for: .milliseconds(20))
            }
            let answer = try await client.answer()
            let (isComplete, count) = (answer.isComplete, answer.bodyCount)
            #expect(isComplete)
            #expect(count == 600_000)
        }
    }

    @Test("A request that takes too long is cut visibly")
    func limitsRequests() async throws {
        try await withServer {
            $0.requestLimit = .milliseconds(50)
        } _: { server in
            let answer = try await server.get("/wait")
            #expect(!answer.isComplete)
            #expect(answer.isBroken)
        }
    }

    @Test("More requests than may be under way are answered 503")
    func limitsRequestsAtOnce() async throws {
        try await withServer {
            $0.maximumRequests = 2
        } _: { server in
            var clients: [TestClient] = []
            for _ in 0..<2 {
                let client = try server.connect()
                try await client.send(Wire.get("/gate"))
                _ = try await client.output(upTo: "before\n")
                clients.append(client)
            }
            #expect(try await server.get("/hello").text.hasPrefix("Status: 503 "))
            server.probe.openGate()
            for client in clients { #expect(try await client.answer().isComplete) }
            #expect(try await server.get("/hello").text.hasPrefix("Status: 200 "))
        }
    }

    @Test(
        "Requests that come in parts are refused while too much of others is held, and nothing is held of those that left"
    )
    func limitsHeldBytes() async throws {
        try await withServer {
            $0.maximumHeldBytes = 100_000
        } _: { server in
            let part = Array(Wire.post("/echo", body: [UInt8](repeating: 1, count: 60_000)).dropLast(8))
            let first = try server.connect()
            try await first.send(part)
            #expect(await eventually { server.server.status.heldBytes > 60_000 })
            let second = try server.connect()
            // At once, so that it counts before any more of it comes.
            try await second.send(part)
            #expect(try await second.seesEnd())
            try await first.send(Wire.input())
            #expect(try await first.answer().bodyCount == 60_000)
            let third = try server.connect()
            try await third.send(part)
            #expect(await eventually { server.server.status.heldBytes > 60_000 })
            third.close()
            #expect(await eventually { server.server.status.heldBytes == 0 })
            #expect(try await server.get("/hello").isComplete)
        }
    }

    // MARK: - Stopping

    @Test("Graceful shutdown lets requests under way finish, and accepts no more")
    func drains() async throws {
        try await withServer { server in
            let client = try server.connect()
            try await client.send(Wire.get("/gate"))
            _ = try await client.output(upTo: "before\n")
            let idle = try server.connect()
            try await idle.send(Wire.get("/hello"))
            _ = try await idle.answer()
            await server.group.triggerGracefulShutdown()
            #expect(try await idle.seesEnd())
            #expect(await eventually { (try? server.connect()) == nil })
            server.probe.openGate()
            let answer = try await client.answer()
            #expect(answer.text == "after\n")
            #expect(answer.isComplete)
            try await server.running.value
        }
    }

    @Test("Past the drain limit requests are cut visibly, and the server says so")
    func cutsAfterDrainLimit() async throws {
        try await withServer {
            $0.drainLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/wait"))
            _ = try await client.output(upTo: "first\n")
            await server.group.triggerGracefulShutdown()
            let answer = try await client.answer()
            #expect(!answer.isComplete)
            #expect(answer.isBroken)
            await #expect(throws: (any Error).self) { try await server.running.value }
        }
    }

    @Test("A request that comes whole only after the drain limit is cut visibly like the others")
    func cutsAfterTheCut() async throws {
        try await withServer {
            $0.drainLimit = .milliseconds(50)
        } _: { server in
            let waiting = try server.connect()
            try await waiting.send(Wire.get("/wait"))
            _ = try await waiting.output(upTo: "first\n")
            let late = try server.connect()
            let request = Wire.get("/wait", flags: 0)
            try await late.send(Array(request.dropLast(8)))
            await server.group.triggerGracefulShutdown()
            #expect(try await waiting.answer().isBroken)
            // The request that is half there keeps the server for two seconds. On a busy machine these may have passed; then the
            // connection has ended.
            try? await late.send(Array(request.suffix(8)))
            let hasBegun = try await late.output(upTo: "first\n").hasSuffix("first\n")
            let running = server.running
            let end = Task { try await late.answer() }
            _ = await running.result
            let answer = try await end.value
            #expect(!answer.isComplete)
            #expect(answer.isBroken || !hasBegun)
        }
    }

    @Test("A view that does not end when its server does leaves no download that looks whole")
    func leavesBehindVisibly() async throws {
        try await withServer {
            $0.drainLimit = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/write-then-block", flags: 0))
            #expect(try await client.output(upTo: "before\n").hasSuffix("before\n"))
            await server.group.triggerGracefulShutdown()
            await #expect(throws: (any Error).self) { try await server.running.value }
            server.probe.openGate()
            let answer = try await client.answer()
            #expect(answer.isBroken)
            #expect(!answer.isComplete)
        }
    }

    // MARK: - Status

    @Test("The status page shows what is under way, in three formats; the ping needs no view")
    func showsStatus() async throws {
        try await withServer {
            $0.statusPath = "/status"
            $0.pingPath = "/ping"
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/gate"))
            _ = try await client.output(upTo: "before\n")
            #expect(try await server.get("/ping").body == "pong\n")
            let json = try await server.get("/status.json").body
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            #expect(object["requests_active"] as? Int == 2)
            let slowest = try #require(object["slowest"] as? [[String: Any]])
            #expect(slowest.first?["target"] as? String == "/gate")
            #expect(try await server.get("/status.prometheus").body.contains("\ndownloadview_requests_active 2\n"))
            let html = try await server.get("/status")
            #expect(html.text.contains("Content-Type: text/html"))
            #expect(html.body.contains("<td>/gate</td>"))
            #expect(!server.probe.has("began /ping"))
        }
    }

    @Test("The status page and the ping are answered while other requests are turned away")
    func showsStatusWhenOverloaded() async throws {
        try await withServer {
            $0.maximumRequests = 1
            $0.statusPath = "/status"
            $0.pingPath = "/ping"
        } _: { server in
            let client = try server.connect()
            try await client.send(Wire.get("/gate"))
            _ = try await client.output(upTo: "before\n")
            #expect(try await server.get("/hello").text.hasPrefix("Status: 503 "))
            #expect(try await server.get("/ping").body == "pong\n")
            #expect(try await server.get("/status.json").body.contains("\"overloaded\": 1"))
        }
    }

    @Test("The status page has a figure for every limit", arguments: ["json", "prometheus", "html"])
    func showsLimits(format: String) async throws {
        try await withServer {
            $0.statusPath = "/status"
            $0.threads = 2
            $0.maximumThreads = 3
            $0.receiveLimit = .milliseconds(20_004)
            $0.writeLimit = .milliseconds(20_005)
            $0.requestLimit = .milliseconds(20_006)
            $0.drainLimit = .milliseconds(20_007)
            $0.maximumRequests = 10_008
            $0.maximumHeldBytes = 10_009
            $0.maximumHeadSize = 10_010
            $0.maximumBodySize = 10_011
            $0.slowRequestLimit = .milliseconds(20_012)
        } _: { server in
            let page = try await server.get("/status.\(format)").body
            let limits = [
                ("threads", 2), ("threads_max", 3), ("receive_milliseconds", 20_004), ("write_milliseconds", 20_005),
                ("request_milliseconds", 20_006), ("drain_milliseconds", 20_007), ("requests", 10_008),
                ("held_bytes", 10_009), ("head_bytes", 10_010), ("body_bytes", 10_011), ("slow_milliseconds", 20_012),
            ]
            for (name, value) in limits {
                switch format {
                case "json": #expect(page.contains("\"\(name)\": \(value)"))
                case "prometheus": #expect(page.contains("\ndownloadview_limit{name=\"\(name)\"} \(value)\n"))
                default: #expect(page.contains("<tr><th>\(name)</th><td>\(value)</td></tr>"))
                }
            }
            #expect(page.contains("descriptors"))
        }
    }

    @Test(
        "A client that leaves when it has the answer, or has seen it fail, is none that left",
        arguments: [("/hello", 0), ("/throws-midway", 1)]
    )
    func countsEnds(target: String, failures: Int) async throws {
        try await withServer { server in
            let count = 200
            for _ in 0..<count { _ = try await server.get(target) }
            #expect(
                await eventually {
                    let totals = server.server.status.totals
                    return totals.served + totals.failed + totals.aborted == count
                }
            )
            #expect(server.server.status.totals.aborted == 0)
            #expect(server.server.status.totals.failed == count * failures)
        }
    }

    // MARK: - Log

    @Test("A slow request is logged once, with its route, its phase and its bytes so far")
    func logsSlowRequest() async throws {
        let log = RecordedLog()
        try await withServer(log: log) {
            $0.slowRequestLimit = .milliseconds(50)
        } _: { server in
            let waiting = try server.connect()
            try await waiting.send(Wire.get("/gate"))
            let sent = try await waiting.output(upTo: "before\n").utf8.count
            #expect(await eventually { log.lines.contains { $0.contains("a request is slow") } })
            let deaf = try server.connect()
            try await deaf.send(Wire.get("/endless"))
            #expect(await eventually { log.lines.contains { $0.contains("phase=writing") } })
            try await Task.sleep(for: .milliseconds(300))
            let lines = log.lines.filter { $0.hasPrefix("warning a request is slow") }
            #expect(lines.count == 2)
            let first = try #require(lines.first)
            #expect(first.contains(" phase=generating request=1 route=the route of /gate target=/gate"))
            #expect(first.contains(" bytes=\(sent + 8) "), "the head, the content and a record's header")
            #expect(lines.last?.contains(" route=the route of /endless") ?? false)
            #expect(lines.last?.contains(" bytes=0 ") == false)
        }
    }

    @Test("A client that leaves is logged as information, and a view that fails as an error")
    func logsEnds() async throws {
        let log = RecordedLog()
        try await withServer(log: log) { server in
            let client = try server.connect()
            try await client.send(Wire.get("/wait"))
            _ = try await client.output(upTo: "first\n")
            client.close()
            #expect(await eventually { log.lines.contains { $0.hasPrefix("info a download was cut") } })
            _ = try await server.get("/throws-midway")
            #expect(await eventually { log.lines.contains { $0.hasPrefix("error a download failed") } })
            #expect(log.lines.count { $0.hasPrefix("error") } == 1)
            let ends = log.lines.filter { $0.contains("route=the route of ") }
            #expect(ends.count == 2)
            #expect(ends.allSatisfy { $0.contains(" request=") })
        }
    }

    @Test(
        "The reason of a 4xx is in the log for who looks for it, and no alarm",
        arguments: [Logger.Level.info, .debug]
    )
    func logsRefusal(level: Logger.Level) async throws {
        let log = RecordedLog(level: level)
        try await withServer(log: log) { server in
            _ = try await server.get("/refused")
            guard level == .debug else { return }
            #expect(await eventually { log.lines.contains { $0.contains("not today") } })
        }
        let lines = log.lines.filter { $0.contains("not today") }
        #expect(lines.count == (level == .debug ? 1 : 0))
        #expect(lines.allSatisfy { $0.hasPrefix("debug refused") })
        #expect(!log.lines.contains { $0.hasPrefix("error") })
    }

    // MARK: - Workers

    @Test("Generators that compute for clients that are always quicker leave others their turn, without more workers")
    func sharesWorkers() async throws {
        var workers = 0
        // On a machine that is busy itself a worker may seem blocked for once.
        for _ in 0..<3 where workers != 1 {
            try await withServer {
                $0.threads = 1
            } _: { server in
                var readers: [Task<Answer, any Error>] = []
                for _ in 0..<3 {
                    let client = try server.connect()
                    try await client.send(Wire.get("/compute"))
                    readers.append(Task { try await client.answer() })
                }
                #expect(await server.probe.wait(for: "began /compute", times: 3))
                for _ in 0..<20 { #expect(try await server.get("/hello").isComplete) }
                workers = server.server.status.workers
                #expect(!server.probe.has("ended /compute"))
                server.probe.openGate()
                for reader in readers { #expect(try await reader.value.isComplete) }
            }
        }
        #expect(workers == 1)
    }

    @Test("Workers that were added for views that block are as many as these need, at once")
    func growsFast() async throws {
        try await withServer {
            $0.maximumThreads = 40
        } _: { server in
            var clients: [TestClient] = []
            for _ in 0..<30 {
                let client = try server.connect()
                try await client.send(Wire.get("/block"))
                clients.append(client)
            }
            #expect(try await server.get("/hello").isComplete)
            // Those that were taken up last may not have begun yet.
            #expect(await server.probe.wait(for: "began /block", times: 30))
            #expect((31...40).contains(server.server.status.workers))
            server.probe.openGate()
            for client in clients { #expect(try await client.answer().isComplete) }
        }
    }
}
