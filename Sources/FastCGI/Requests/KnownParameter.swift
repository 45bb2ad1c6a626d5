/// The parameters that a request is built from, of some twenty that a web server sends (RFC 3875 §4.1, FastCGI §6.2):
/// the one list of them. What is not here is left out before libfcgi allocates it, see ``ParameterFilter``.
enum KnownParameter {
    /// `HTTP_HOST`.
    case host
    /// `HTTP_…`, a header field of the request.
    case headerField
    case https, requestScheme, requestMethod, requestURI
    case remoteAddress, remotePort, remoteUser
    case contentType, contentLength
    /// `DOWNLOADS_HANDOVER`, of this library's own.
    case handOver
    case pathInfo, scriptName, queryString, scriptFile, serverSoftware
    case serverName, serverPort

    /// What a parameter is needed for.
    enum Use {
        /// Every request.
        case always
        /// Every request, where it has a value.
        case unlessEmpty
        /// Requests of which it matters how the server has read the path.
        case path
        /// Requests that name no host.
        case authority
    }

    var use: Use {
        switch self {
        case .host, .headerField, .https, .requestScheme, .requestMethod, .requestURI: .always
        case .remoteAddress, .remotePort, .remoteUser, .handOver: .always
        case .contentType, .contentLength, .pathInfo: .unlessEmpty
        case .scriptName, .queryString, .scriptFile, .serverSoftware: .path
        case .serverName, .serverPort: .authority
        }
    }

    /// The parameter of a name; nil for one that says nothing about the request. This runs for each parameter of each
    /// request.
    @inline(__always)
    init?(_ name: ParameterText) {
        if name.hasPrefix("HTTP_") {
            self = name == "HTTP_HOST" ? .host : .headerField
            return
        }
        switch name.count {
        case 5 where name == "HTTPS": self = .https
        case 9 where name == "PATH_INFO": self = .pathInfo
        case 11 where name == "REQUEST_URI": self = .requestURI
        case 11 where name == "REMOTE_ADDR": self = .remoteAddress
        case 11 where name == "REMOTE_PORT": self = .remotePort
        case 11 where name == "REMOTE_USER": self = .remoteUser
        case 11 where name == "SCRIPT_NAME": self = .scriptName
        case 11 where name == "SERVER_NAME": self = .serverName
        case 11 where name == "SERVER_PORT": self = .serverPort
        case 12 where name == "CONTENT_TYPE": self = .contentType
        case 12 where name == "QUERY_STRING": self = .queryString
        case 14 where name == "REQUEST_METHOD": self = .requestMethod
        case 14 where name == "REQUEST_SCHEME": self = .requestScheme
        case 14 where name == "CONTENT_LENGTH": self = .contentLength
        case 15 where name == "SCRIPT_FILENAME": self = .scriptFile
        case 15 where name == "SERVER_SOFTWARE": self = .serverSoftware
        case 18 where name == "DOWNLOADS_HANDOVER": self = .handOver
        default: return nil
        }
    }
}
