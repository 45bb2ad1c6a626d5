import HTTPTypes

extension ResponseSink where Self: ~Copyable {
    /// Sends a head and what a plan wants of a file, and finishes.
    ///
    /// - Throws: What the content or the sink throws; ``ContentLengthMismatch`` if the content ends before a wanted
    ///   byte.
    mutating func send(_ file: some DownloadFile, by plan: DownloadPlan, after head: HTTPResponse) async throws {
        begin(head, extent: plan.extent)
        // A hook may have said the type.
        if let name = plan.untypedName, head.headerFields[.contentType]?.isOctetEqual(to: MediaType.unknown) == true {
            didNotFindMediaType(of: name.text)
        }
        switch plan.body {
        case .nothing:
            break
        case .whole:
            try await file.write(to: &self)
            // A generator that takes cancellation for its end has not written all of it, and here nothing else would
            // tell.
            if plan.extent == .unknown { try Task.checkCancellation() }
        case .range(let range):
            try await write(range, of: file)
        case .parts(let frame):
            if file.statedProperties.isSeekable {
                for part in frame.ranges.indices { try await write(part..<part + 1, in: frame, of: file) }
            } else {
                try await write(frame.ranges.indices, in: frame, of: file)
            }
            try await write(frame.closing)
        }
        try await finish()
    }

    /// Writes one range of the content, and nothing before it if that is possible.
    private mutating func write(_ range: Range<Int64>, of file: some DownloadFile) async throws {
        if file.statedProperties.isSeekable {
            try await write(range, from: range.lowerBound, ofSize: file.statedSize) {
                try await file.write(range, to: &$0)
            }
        } else {
            try await write(range, from: 0, ofSize: file.statedSize) { try await file.write(to: &$0) }
        }
    }

    /// Writes parts of a multipart content, each with its head: one part of a seekable file, or all of them in one run.
    private mutating func write(
        _ parts: Range<Int>,
        in frame: MultipartByteRanges,
        of file: some DownloadFile
    ) async throws {
        let seeks = file.statedProperties.isSeekable
        let start = seeks ? frame.ranges[parts.lowerBound].lowerBound : 0
        var cut = PartsSink(self, frame: frame, parts: parts, from: start)
        var outcome: Result<Void, any Error> = .success(())
        do {
            if seeks {
                try await file.write(frame.ranges[parts.lowerBound], to: &cut)
            } else {
                try await file.write(to: &cut)
            }
        } catch {
            // The sink may have ended the run itself: it is asked first.
            outcome = .failure(error)
        }
        let failure = cut.failure
        var end: Int64?
        self = cut.finish(endedAt: &end)
        guard let end else { return }
        if let failure { throw failure }
        try outcome.get()
        throw ContentLengthMismatch(declared: frame.size, written: end, mayBeShorter: start > 0 && end == start)
    }
}
