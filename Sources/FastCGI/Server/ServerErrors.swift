internal import DownloadCore

/// The server stopped, but not every request was finished.
public struct DrainIncomplete: Error, CustomStringConvertible, Sendable {
    /// How many requests were cut.
    public let count: Int

    public var description: String {
        "\(String(counting: count, "request")) \(count == 1 ? "was" : "were") cut when the server stopped"
    }
}

/// A server runs once: for another run make another server, with a listener of its own.
public struct ServerAlreadyRun: Error, CustomStringConvertible, Sendable {
    public var description: String { "the server runs already, or has run" }
}
