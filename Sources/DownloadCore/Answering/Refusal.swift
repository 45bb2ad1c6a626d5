import HTTPTypes

/// What takes the place of a download that did not come about, by the error that a view or middleware has thrown.
struct Refusal {
    let request: DownloadRequest
    let error: any Error

    init(of request: DownloadRequest, after error: any Error) {
        self.request = request
        self.error = error
    }

    /// The response, which tells nothing of what is only for the log; that is told to `sink`.
    func response(loggedBy sink: inout some ResponseSink & ~Copyable) -> DownloadResponse {
        switch error {
        case is FileNotFound:
            sink.log(error)
            return DownloadError(.notFound).response(to: request)
        case let error as DownloadError:
            guard error.isAnswerable else { return internalServerError(loggedBy: &sink) }
            if error.status.kind == .serverError || !error.reason.isEmpty { sink.log(error) }
            return error.response(to: request)
        case let answer as any ThrownAnswer:
            if let failure = answer.failure { sink.log(failure) }
            return answer.response
        case let redirect as DownloadRedirect where redirect.isAnswerable:
            return redirect.response
        default:
            return internalServerError(loggedBy: &sink)
        }
    }

    private func internalServerError(loggedBy sink: inout some ResponseSink & ~Copyable) -> DownloadResponse {
        sink.log(error)
        return DownloadError(.internalServerError).response(to: request)
    }
}
