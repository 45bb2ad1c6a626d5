internal import DownloadCore
internal import HTTPTypes

/// Makes a request of the parameters that a web server sends (RFC 3875 §4.1, FastCGI §6.2).
///
/// Parameters may come in any order and repeatedly: some servers send a repeated header field as several parameters of one name.
struct RequestBuilder {
    private var method = HTTPRequest.Method.get
    private var uri = ""
    private var scriptName = ""
    private var pathInfo = ""
    private var query = ""
    private var isSecure = false
    private var host = ""
    private var serverName = ""
    private var serverPort = ""
    private var client = ClientAddress()
    private var fields = HTTPFields()

    init() {
        fields.reserveCapacity(12)
    }

    /// Takes one parameter; those that say nothing about the request are passed over.
    mutating func add(name: String, value: String) {
        switch name {
        case "REQUEST_METHOD": method = HTTPRequest.Method(value) ?? method
        case "REQUEST_URI": uri = value
        case "SCRIPT_NAME": scriptName = value
        case "PATH_INFO": pathInfo = value
        case "QUERY_STRING": query = value
        case "REQUEST_SCHEME": isSecure = isSecure || value == "https"
        case "HTTPS": isSecure = isSecure || value == "on" || value == "1"
        case "HTTP_HOST": host = value
        case "SERVER_NAME": serverName = value
        case "SERVER_PORT": serverPort = value
        case "REMOTE_ADDR": client.host = value
        case "REMOTE_PORT": client.port = Int(value)
        case "CONTENT_TYPE": if !value.isEmpty { fields.append(HTTPField(name: .contentType, value: value)) }
        case "CONTENT_LENGTH":
            // "" and "-1" are how servers say that they do not know.
            if let length = Int(value), length > 0 { fields.append(HTTPField(name: .contentLength, value: value)) }
        default:
            guard name.hasPrefix("HTTP_"), let field = HTTPField.Name(environmentName: name) else { return }
            fields.append(HTTPField(name: field, value: value))
        }
    }

    /// The request, after the last parameter.
    func request(body: [UInt8], id: String) -> DownloadRequest {
        let http = HTTPRequest(
            method: method,
            scheme: isSecure ? "https" : "http",
            authority: authority,
            path: target,
            headerFields: fields
        )
        return DownloadRequest(http: http, body: body, client: client, id: id)
    }

    private var authority: String? {
        if !host.isEmpty { return host }
        guard !serverName.isEmpty else { return nil }
        let isUsualPort = serverPort.isEmpty || serverPort == (isSecure ? "443" : "80")
        return isUsualPort ? serverName : "\(serverName):\(serverPort)"
    }

    /// The request target in origin form, as the client sent it.
    private var target: String {
        if uri.utf8.first == UInt8(ascii: "/") { return uri }
        if uri.isEmpty {
            let path = "\(scriptName)\(pathInfo)".percentEncodedPath
            return query.isEmpty ? path : "\(path)?\(query)"
        }
        // Apache passes the absolute form on whole (RFC 9112 §3.2.2).
        if let scheme = uri.utf8Range(of: "://") {
            let rest = uri[scheme.upperBound...]
            guard let start = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
            return rest[start] == "/" ? String(rest[start...]) : "/\(rest[start...])"
        }
        return uri
    }
}

extension String {
    fileprivate func utf8Range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }

    /// The path with everything encoded that can't stand in one (RFC 3986 §3.3): servers send `SCRIPT_NAME` decoded.
    fileprivate var percentEncodedPath: String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(utf8.count)
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                encoded.append(byte)
            case _ where "/-._~!$&'()*+,;=:@".utf8.contains(byte):
                encoded.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        let path = String(decoding: encoded, as: UTF8.self)
        return path.hasPrefix("/") ? path : "/\(path)"
    }
}
