import HTTPTypes

extension ResponseSink where Self: ~Copyable {
    /// Answers a request by `answer`, unless one of `middleware` answers it.
    ///
    /// - Parameter answer: Receives the request as middleware has left it. What it throws is not answered here.
    package mutating func respond(
        to request: DownloadRequest,
        through middleware: [any DownloadMiddleware],
        by answer: (DownloadRequest, inout Self) async throws -> Void
    ) async throws {
        if middleware.isEmpty { return try await answer(request, &self) }
        var request = request
        // Each is told of the end with the request as it left it, whatever a later one makes of it.
        var begun: [(middleware: any DownloadMiddleware, request: DownloadRequest)] = []
        defer { for (middleware, request) in begun.reversed() { middleware.didRespond(to: request) } }
        for next in middleware {
            var own: DownloadResponse?
            do {
                own = try await next.willRespond(to: &request)
            } catch {
                guard !Task.isCancelled else { throw error }
                own = Refusal(of: request, after: error).response(loggedBy: &self)
            }
            if let own {
                return try await send(begun.map(\.middleware).response(own, to: request), for: request.method)
            }
            begun.append((next, request))
        }
        try await answer(request, &self)
    }

    /// Answers a request that no view answers, through `middleware`.
    package mutating func refuse(
        _ request: DownloadRequest,
        with error: DownloadError,
        through middleware: [any DownloadMiddleware]
    ) async throws {
        try await respond(to: request, through: middleware) { request, sink in
            let response = Refusal(of: request, after: error).response(loggedBy: &sink)
            try await sink.send(middleware.response(response, to: request), for: request.method)
        }
    }
}
