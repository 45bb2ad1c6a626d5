internal import DownloadCore
internal import DownloadSystem
internal import HTTPTypes
internal import Logging
internal import Synchronization

extension Engine {
    /// What the server is doing.
    var status: ServerStatus {
        let now = clock.now
        var active: [ServerStatus.ActiveRequest] = []
        forEachConnection { connection in
            if let request = connection.activeRequest(at: now) { active.append(request) }
        }
        active.sort { $0.milliseconds > $1.milliseconds }
        return ServerStatus(
            uptime: now - startedAt,
            workers: pool.count,
            idleWorkers: pool.idleCount,
            queue: pool.queuedJobs,
            heldBytes: buffers.heldBytes,
            connections: statistics.open.load(ordering: .relaxed),
            active: statistics.active.load(ordering: .relaxed),
            slowest: Array(active.prefix(20)),
            totals: statistics.totals,
            limits: configuration.limits,
            furtherFigures: statistics.further.current
        )
    }

    /// What is answered without user code.
    enum OwnAnswer {
        case ping
        case status(StatusPage.Format)
    }

    /// The answer of the server's own to a request; nil if the request is for the handler.
    func ownAnswer(to request: DownloadRequest) -> OwnAnswer? {
        guard configuration.statusPath != nil || configuration.pingPath != nil else { return nil }
        let path = request.target.withoutQuery
        if let pingPath = configuration.pingPath, path.wire == pingPath.wire { return .ping }
        guard let statusPath = configuration.statusPath else { return nil }
        return StatusPage.Format(path: path, statusPath: statusPath, accept: request.headerFields[.accept])
            .map { .status($0) }
    }

    func send(_ own: OwnAnswer, to request: DownloadRequest, into sink: inout RecordSink) async throws {
        switch own {
        case .ping:
            try await answer("pong\n", type: "text/plain; charset=utf-8", to: request, into: &sink)
        case .status(let format):
            try await answer(
                StatusPage.text(of: status, as: format),
                type: format.mediaType,
                to: request,
                into: &sink
            )
        }
    }

    private func answer(
        _ text: String,
        type: String,
        to request: DownloadRequest,
        into sink: inout RecordSink
    ) async throws {
        var head = HTTPResponse(status: .ok)
        head.headerFields[.contentType] = type
        head.headerFields[.contentLength] = String(text.utf8.count)
        head.headerFields[.cacheControl] = "no-store"
        head.headerFields[.acceptRanges] = "none"
        let hasContent = request.method != .head
        sink.begin(head, extent: hasContent ? .exactly(Int64(text.utf8.count)) : .none)
        if hasContent { try await sink.write(text) }
        try await sink.finish()
    }
}

extension FastCGIConfiguration {
    /// Whether ``pingPath`` is one of the paths of the status page, which would be answered there without the status.
    package var pingHidesStatus: Bool {
        guard let statusPath, let pingPath else { return false }
        return StatusPage.Format(path: pingPath, statusPath: statusPath, accept: nil) != nil
    }

    /// The limits, as the status page shows them.
    var limits: [ServerStatus.Limit] {
        let all: KeyValuePairs<String, Int64> = [
            "threads": Int64(threads), "threads_max": Int64(maximumThreads),
            "receive_milliseconds": receiveLimit.milliseconds, "write_milliseconds": writeLimit.milliseconds,
            "request_milliseconds": requestLimit?.milliseconds ?? 0, "drain_milliseconds": drainLimit.milliseconds,
            "requests": Int64(maximumRequests), "held_bytes": Int64(maximumHeldBytes),
            "head_bytes": Int64(maximumHeadSize), "body_bytes": Int64(maximumBodySize),
            "slow_milliseconds": slowRequestLimit?.milliseconds ?? 0,
            "descriptors": Int64(DescriptorLimit.current),
        ]
        return all.map { ServerStatus.Limit(name: $0.key, value: $0.value) }
    }
}
