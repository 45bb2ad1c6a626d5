public import DownloadCore
import Synchronization

extension VirtualDownloadView {
    /// Calls the view as a server would, and keeps the response.
    ///
    ///     let response = try await TextDownloadView().response(to: .get("/virtual/text"))
    ///
    /// A media type that has to be guessed from the name is guessed by the built-in table, so that the test does not
    /// depend on the system it runs on.
    ///
    /// - Parameters:
    ///   - middleware: What is around the view, the outermost first; the default is none.
    ///   - client: How the client takes the download; the default takes all of it at once.
    /// - Throws: What the view throws before its first byte and does not answer, which is cancellation alone. An error
    ///   after the first byte is ``RecordedResponse/failure``, and so is that of a client that leaves.
    public func response(
        to request: DownloadRequest,
        through middleware: [any DownloadMiddleware] = [],
        by client: TestClient = TestClient()
    ) async throws -> RecordedResponse {
        guard client.leavesAfter != nil else {
            return try await observedResponse(to: request, through: middleware, by: client)
        }
        // A task of its own, since leaving cancels it.
        let task = Task { try await observedResponse(to: request, through: middleware, by: client) }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func observedResponse(
        to request: DownloadRequest,
        through middleware: [any DownloadMiddleware],
        by client: TestClient
    ) async throws -> RecordedResponse {
        let observations = Observations()
        let view = ObservedView(base: self, observations: observations)
        var response = try await Recording.response(to: request, by: client) { sink in
            try await view.respond(to: request, into: &sink, through: middleware)
        }
        response.misspellings = OptionSpelling.warnings(about: self) + observations.misspellings.withLock { $0 }
        response.fileRequests = observations.fileRequests.load(ordering: .relaxed)
        response.generatorRuns = observations.generatorRuns.load(ordering: .relaxed)
        response.generatedBytes = observations.generatedBytes.load(ordering: .relaxed)
        return response
    }
}

extension RequestHandler {
    /// Calls a router or any other handler as a server would, and keeps the response.
    ///
    /// What is behind the handler is not observed: ``RecordedResponse/fileRequests`` and
    /// ``RecordedResponse/generatorRuns`` stay 0.
    ///
    /// - Throws: What the handler throws before its first byte. An error after it is ``RecordedResponse/failure``.
    public func response(to request: DownloadRequest) async throws -> RecordedResponse {
        try await Recording.response(to: request) { sink in try await respond(to: request, into: &sink) }
    }
}
