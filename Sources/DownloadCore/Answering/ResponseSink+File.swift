import HTTPTypes

extension ResponseSink where Self: ~Copyable {
    /// Sends a head and what a plan wants of a file, and finishes.
    ///
    /// - Throws: What the content or the sink throws; ``ContentLengthMismatch`` if the content ends before a wanted byte.
    mutating func send(_ file: some DownloadFile, by plan: DownloadPlan, after head: HTTPResponse) async throws {
        begin(head, extent: plan.extent)
        switch plan.body {
        case .nothing:
            break
        case .whole:
            try await file.write(to: &self)
            // A generator that takes cancellation for its end has not written all of it, and here nothing else would tell.
            if plan.extent == .unknown { try Task.checkCancellation() }
        case .range(let range):
            try await write(range, of: file)
        case .parts(let frame):
            if file.canStartInTheMiddle {
                for part in frame.ranges.indices {
                    let start = frame.ranges[part].lowerBound
                    try await write(part..<part + 1, in: frame, of: file, from: start)
                }
            } else {
                try await write(frame.ranges.indices, in: frame, of: file, from: 0)
            }
            try await write(frame.closing)
        }
        try await finish()
    }

    /// Writes one range of the content, by starting in the middle if that is possible.
    private mutating func write(_ range: Range<Int64>, of file: some DownloadFile) async throws {
        let start = file.canStartInTheMiddle ? range.lowerBound : 0
        var cut = RangeSink(self, range: range.lowerBound - start..<range.upperBound - start)
        let outcome = await Self.outcome(of: file, from: start, into: &cut)
        let failure = cut.failure
        let unskipped = cut.toSkip
        var missing: Int64 = 0
        self = cut.finish(missing: &missing)
        // When every wanted byte has passed, whatever ended the generator is no failure.
        guard missing > 0 else { return }
        if let failure { throw failure }
        try outcome.get()
        throw ContentLengthMismatch(
            declared: file.size ?? range.upperBound,
            written: range.upperBound - missing - unskipped,
            mayBeShorter: start > 0 && missing == range.upperBound - start
        )
    }

    /// Writes parts of a multipart content, each with its head, from one run of the file.
    private mutating func write(
        _ parts: Range<Int>,
        in frame: MultipartByteRanges,
        of file: some DownloadFile,
        from start: Int64
    ) async throws {
        var cut = PartsSink(self, frame: frame, parts: parts, from: start)
        let outcome = await Self.outcome(of: file, from: start, into: &cut)
        let failure = cut.failure
        var end: Int64?
        self = cut.finish(endedAt: &end)
        guard let end else { return }
        if let failure { throw failure }
        try outcome.get()
        throw ContentLengthMismatch(declared: frame.size, written: end, mayBeShorter: start > 0 && end == start)
    }

    /// Runs a file into a sink that may have to end it, and keeps what it throws until the sink has been asked.
    private static func outcome(
        of file: some DownloadFile,
        from start: Int64,
        into sink: inout some ByteSink & ~Copyable
    ) async -> Result<Void, any Error> {
        do {
            if start > 0 {
                try await file.write(from: start, to: &sink)
            } else {
                try await file.write(to: &sink)
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}
