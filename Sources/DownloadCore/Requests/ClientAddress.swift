/// The client's end of the connection, as the web server reports it (RFC 3875 §4.1.8).
public struct ClientAddress: Sendable, Hashable {
    /// The textual IP address, or empty if the web server did not say.
    public var host: String
    /// The port, or nil if the web server did not say.
    public var port: Int?

    /// Creates an address; without arguments one that nobody knows.
    public init(host: String = "", port: Int? = nil) {
        self.host = host
        self.port = port
    }
}
