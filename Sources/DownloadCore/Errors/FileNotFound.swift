/// Thrown by ``VirtualDownloadView/file(for:)`` when there is no such file: the client gets 404.
public struct FileNotFound: Error, CustomStringConvertible {
    /// Why, for the log; never sent to the client.
    public var description: String

    /// Creates the error; `description` goes to the log, and never to the client.
    public init(_ description: String = "no such file") {
        self.description = description
    }
}
