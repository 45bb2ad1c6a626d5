import DownloadSystem
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

/// What a server tells of itself, on its status page and in its log.
@Suite(.blocking, .timeLimit(.minutes(60))) struct ServerStatusTests {
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
            // The client has its answer a moment before it is counted.
            #expect(await eventually { server.server.status.active == 1 })
            let json = try await server.get("/status.json").body
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            #expect(object["requests_active"] as? Int == 2)
            let slowest = try #require(object["slowest"] as? [[String: Any]])
            #expect(slowest.first?["target"] as? String == "/gate")
            #expect(await eventually { server.server.status.active == 1 })
            #expect(try await server.get("/status.prometheus").body.contains("\ndownloadview_requests_active 2\n"))
            let html = try await server.get("/status")
            #expect(html.text.contains("Content-Type: text/html"))
            #expect(html.body.contains("<td>/gate</td>"))
            #expect(!server.probe.has("began /ping"))
        }
    }

    @Test("A view that holds its thread, and a file without a media type, are told with what to write instead")
    func advises() async throws {
        let log = RecordedLog()
        try await withServer(log: log) { server in
            server.server.engine.pool.heldLimit.store(1, ordering: .relaxed)
            let answer = try await server.get("/compute-first")
            #expect(answer.isComplete)
            // Before any other: one line a second is told.
            let isTold = await eventually {
                log.lines.contains {
                    $0.hasPrefix("warning a view held a thread") && $0.contains("VirtualFile(name:blocking:)")
                        && $0.contains("target=/compute-first")
                }
            }
            #expect(isTold)
            for _ in 0..<2 {
                let answer = try await server.get("/untyped")
                #expect(answer.isComplete)
            }
        }
        let untyped = log.lines.filter { $0.contains("“report” has no ending that says a media type") }
        #expect(untyped.count == 1 && untyped.first?.hasSuffix(" route=the route of /untyped") == true)
    }

    @Test(
        "What a client sends is shortened and made visible on the status page and in the log",
        arguments: [60_000, 10]
    )
    func shortensWhatClientsSend(count: Int) async throws {
        let log = RecordedLog(level: .debug)
        try await withServer(log: log) {
            $0.statusPath = "/status"
            $0.slowRequestLimit = .milliseconds(1)
        } _: { server in
            let target = "/gate?\u{202E}" + String(repeating: "x", count: count)
            let shown = "/gate?<U+202E>xxxxxxxxxx"
            let client = try server.connect()
            try await client.send(Wire.get(target))
            _ = try await client.output(upTo: "before\n")
            #expect(await eventually { log.lines.contains { $0.contains("a request is slow") } })
            for format in ["json", "html", "prometheus"] {
                let page = try await server.get("/status.\(format)").body
                #expect(page.utf8.count < 8_000)
                #expect(!page.unicodeScalars.contains("\u{202E}"))
                if format == "json" { #expect(page.contains(shown)) }
            }
            client.close()
            #expect(await eventually { log.lines.contains { $0.contains("a download was cut") } })
            #expect(log.lines.contains { $0.contains("target=\(shown)") })
            for line in log.lines {
                #expect(line.utf8.count < 1_000 && !line.contains("\n") && !line.unicodeScalars.contains("\u{202E}"))
            }
        }
    }

    @Test(
        "The path of the status page is compared by its octets",
        arguments: [
            ("/K", "/K", true), ("/K", "/K.json", true), ("/K", "/\u{212A}", false), ("/K", "/\u{212A}.json", false),
            ("/K", "/K.j\u{301}son", false), ("/K", "/K\u{301}", false), ("/a%CC%81", "/a%CC%81.html", true),
        ]
    )
    func comparesOctets(statusPath: String, path: String, isStatus: Bool) {
        #expect((StatusPage.Format(path: path, statusPath: statusPath, accept: nil) != nil) == isStatus)
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

    @Test("What others tell of themselves is on the page", arguments: ["json", "prometheus", "html"])
    func showsFurtherFigures(form: String) async throws {
        try await withServer {
            $0.statusPath = "/status"
            $0.furtherFigures = { [StatusFigure("spool_hits_total", "Hits.", 7)] }
        } _: { server in
            let page = try await server.get("/status.\(form)").body
            switch form {
            case "json": #expect(page.contains("\"spool_hits_total\": 7"))
            case "prometheus":
                #expect(
                    page.contains("# TYPE downloadview_spool_hits_total counter\ndownloadview_spool_hits_total 7\n")
                )
            default: #expect(page.contains("<tr><th>Hits.</th><td>7</td></tr>"))
            }
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
        try await withServer(log: log, time: ManualTime()) {
            $0.slowRequestLimit = .seconds(5)
        } _: { server in
            let waiting = try server.connect()
            try await waiting.send(Wire.get("/gate"))
            let sent = try await waiting.output(upTo: "before\n").utf8.count
            server.pass(.seconds(5))
            #expect(!log.lines.contains { $0.contains("a request is slow") })
            server.pass(.milliseconds(100))
            #expect(log.lines.count { $0.contains("a request is slow") } == 1)
            let deaf = try server.connect()
            try await deaf.send(Wire.get("/endless"))
            #expect(
                await eventually {
                    server.server.engine.connections.withLock { $0.all }.contains { $0.waitingSince != nil }
                }
            )
            server.pass(.seconds(20))
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
}
