/// Thrown by ``VirtualDownloadView/file(for:)`` when there is no such file: the client gets 404.
public struct FileNotFound: Error, CustomStringConvertible {
    /// For the log; never sent to the client.
    public var description: String

    public init(_ description: String = "no such file") {
        self.description = description
    }
}
