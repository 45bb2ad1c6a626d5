import DownloadSpool
import DownloadSystem
import VirtualDownloads

/// Views whose content takes long, prepared in the spool of `serve --spool`.
enum PreparedViews {
    static var routes: Routes {
        Routes {
            Route("/prepared/report", PreparedReportView().prepared())
            Route("/prepared/broken", BrokenReportView().prepared())
            Route("/prepared/steps", SteppedView().prepared(abandonedAfter: .seconds(10)))
            Route("/prepared/impatient", impatient)
            Route("/prepared/step", StepView())
        }
    }
}

extension PreparedViews {
    /// The same, whose clients are sent to wait anew twice a second.
    private static var impatient: PreparedView<SteppedView> {
        var view = PreparedView(SteppedView())
        view.terms.waitLimit = .milliseconds(500)
        return view
    }
}

/// `/prepared/report?seconds=N&size=BYTES`: a content that takes so long; what else is in the query makes it another.
///
/// It comes in even parts, or with `&late=1` all at its end. With `&estimate=0` it says nothing of how far it is; with
/// `&declared=1` its size is known beforehand.
struct PreparedReportView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let report = SlowReport(
            seconds: try query.integer("seconds", in: 0...86_400) ?? 10,
            size: try query.integer("size", in: 0...1 << 40) ?? 1_000_000,
            isLate: query["late"] == "1",
            tells: query["estimate"] != "0"
        )
        let content = CountedContent(report, under: query["key"] ?? "")
        return VirtualFile(content, name: "report.txt", size: query["declared"] == "1" ? report.size : nil)
            .validated(by: EntityTag(of: "report", request.target))
    }
}

/// `/prepared/broken?seconds=N`: one that fails at its end.
struct BrokenReportView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let seconds = try query.integer("seconds", in: 0...86_400) ?? 10
        let key = query["key"] ?? ""
        return VirtualFile(name: "broken.txt") { sink in
            SpooledViews.runs.withLock { $0[key, default: 0] += 1 }
            try await SlowReport(seconds: seconds, size: 100_000, isLate: false, tells: true).write(to: &sink)
            throw TestFailure()
        }
        .validated(by: EntityTag(of: "broken", request.target))
    }
}

/// Numbered lines that come slowly.
private struct SlowReport: DownloadContent {
    var seconds: Int
    var size: Int64
    /// Whether nothing comes before the end.
    var isLate: Bool
    /// Whether it says how far it is.
    var tells: Bool

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let steps = max(1, seconds * 10)
        var written: Int64 = 0
        var line = 0
        var pending = ""
        for step in 1...steps {
            if seconds > 0 { try await clock.sleep(until: start + .milliseconds(100 * step), tolerance: nil) }
            if tells { sink.progress(step, of: steps) }
            let end =
                isLate && step < steps
                ? 0 : size / Int64(steps) * Int64(step) + (step == steps ? size % Int64(steps) : 0)
            while written < end {
                if pending.isEmpty {
                    pending = "\(line)".leftPadded(to: 15) + "\n"
                    line += 1
                }
                let piece = pending.utf8.prefix(Int(min(end - written, 16)))
                try await sink.write(Array(piece))
                pending = String(decoding: pending.utf8.dropFirst(piece.count), as: UTF8.self)
                written += Int64(piece.count)
            }
        }
    }
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String {
        String(repeating: "0", count: max(0, count - utf8.count)) + self
    }
}

/// `/prepared/steps?key=TEXT`: a content that goes on as `/prepared/step` has it, for tests that don't wait for time.
struct SteppedView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let key = try request.query["key"] ?? ""
        Steps.asked(key)
        return VirtualFile(name: "steps-\(key).txt") { sink in
            SpooledViews.runs.withLock { $0[key, default: 0] += 1 }
            defer { Steps.ended(key) }
            var done = 0
            while done < 100 {
                let reached = try await Steps.waitForStep(of: key, after: done)
                if reached < 0 { throw DownloadError(.conflict, detail: "Step 7 went wrong.") }
                for percent in done..<reached { try await sink.write("percent \(percent)\n") }
                done = reached
                sink.progress(done, of: 100)
            }
        }
        .validated(by: EntityTag(of: "steps", request.target))
    }
}

/// `/prepared/step?key=TEXT&to=PERCENT`: has that content go on so far; with `to=-1` it fails. Answers how many of them
/// run, and how often one was asked for.
struct StepView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let key = query["key"] ?? ""
        if let percent = try query.integer("to", in: -1...100) { Steps.allow(percent, of: key) }
        return ContentFile("\(Steps.running(key)) \(Steps.requests(key))\n", name: "step.txt")
    }

    var cacheControl: String? { "no-store" }
}

/// How far contents may go.
private enum Steps {
    private static let state = Lock<[String: (allowed: Int, running: Int, requests: Int)]>([:])

    static func allow(_ percent: Int, of key: String) {
        state.withLock { $0[key, default: (0, 0, 0)].allowed = percent }
    }
    static func running(_ key: String) -> Int { state.withLock { $0[key]?.running ?? 0 } }
    static func requests(_ key: String) -> Int { state.withLock { $0[key]?.requests ?? 0 } }
    static func asked(_ key: String) { state.withLock { $0[key, default: (0, 0, 0)].requests += 1 } }
    static func ended(_ key: String) { state.withLock { $0[key]?.running -= 1 } }

    static func waitForStep(of key: String, after done: Int) async throws -> Int {
        if done == 0 { state.withLock { $0[key, default: (0, 0, 0)].running += 1 } }
        while true {
            let allowed = state.withLock { $0[key]?.allowed ?? 0 }
            if allowed > done { return allowed }
            if allowed < 0 {
                state.withLock { $0[key]?.allowed = 0 }
                return -1
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
