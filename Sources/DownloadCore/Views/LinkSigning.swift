public import HTTPTypes

/// Whatever signs links to downloads: what the command line of an application signs with.
///
/// The core signs nothing itself. `SignedLinks` has the type that does.
public protocol LinkSigning: Sendable {
    /// A link to `target` that holds from now on for `lifetime`.
    ///
    /// - Parameters:
    ///   - target: The path as a client asks for it, with mount prefix and query.
    ///   - method: The method that the link is for.
    ///   - name: The name that the client saves the file under; nil for the one that the view gives.
    /// - Returns: The path and query of the link.
    /// - Throws: An error that says what is wrong with the parameters.
    func link(
        to target: String,
        method: HTTPRequest.Method,
        name: String?,
        validFor lifetime: Duration
    ) throws -> String
}
