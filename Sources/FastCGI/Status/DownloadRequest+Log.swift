internal import DownloadCore
internal import HTTPTypes

/// What a line of the log says of a request: whatever a client sends, the line stays one line, and short.
extension DownloadRequest {
    /// The target of the request.
    package var logTarget: String { (http.path ?? "").excerpt() }
}

extension Error {
    /// What the error says, which may repeat what a client has sent.
    package var logDescription: String { "\(self)".excerpt(1024) }
}
