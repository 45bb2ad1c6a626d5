/// Why there is no socket to listen on.
public struct ListenError: Error, CustomStringConvertible, Sendable {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
