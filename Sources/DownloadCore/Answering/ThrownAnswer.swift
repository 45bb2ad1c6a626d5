/// Thrown by a view of this package instead of its file: an answer that is neither a file nor an error, such as a
/// page that says how far the file is.
package protocol ThrownAnswer: Error {
    /// The answer; the view's hooks for any response, and middleware, are called with it.
    var response: DownloadResponse { get }
    /// What the log is to be told; nil for nothing.
    var failure: (any Error)? { get }
}
