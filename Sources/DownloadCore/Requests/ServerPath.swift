/// How the web server in front has read a request's path, where a router has to know: what the server's rules of access
/// have judged as one path must not be routed as another.
package struct ServerPath: Sendable, Equatable {
    /// What the server's rules see of a path.
    package enum Reading: Sendable {
        /// The decoded path, with an encoded slash as part of its segment. Also where nobody said.
        case decoded
        /// The decoded path, in which an encoded slash separates segments like any other.
        case decodedWithSlashes
        /// The path as the client wrote it: in another spelling it may pass a rule that is meant for it.
        case verbatim
    }

    package var reading = Reading.decoded
    /// The part of the path that leads to this program, by CGI's own split (`SCRIPT_NAME`, RFC 3875 §4.1.13), decoded.
    /// Nil where there is no such split, or where it does not tell where the program is.
    package var scriptName: WireText?
    /// The target by CGI's own path and query; nil where it is the one that the client sent. The server has rewritten
    /// it.
    package var target: WireText?

    package init() {}
}
