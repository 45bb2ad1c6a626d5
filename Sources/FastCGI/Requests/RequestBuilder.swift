internal import DownloadCore
internal import DownloadSystem
internal import HTTPTypes

/// Makes a request of the parameters that a web server sends (RFC 3875 §4.1, FastCGI §6.2).
///
/// Parameters may come in any order and repeatedly: some servers send a repeated header field as several parameters of
/// one name.
struct RequestBuilder {
    private var method = HTTPRequest.Method.get
    private var uri = ""
    /// Whether the path in `uri` has a percent-encoded octet.
    private var isPercentEncoded = false
    private var path = ServerPathParameters()
    private var query = ""
    private var isSecure = false
    private var host = ""
    private var serverName = ""
    private var serverPort = ""
    private var client = ClientAddress()
    private var user: String?
    private var handOver: HandOver?
    private var fields = HTTPFields()

    init() {
        fields.reserveCapacity(12)
    }

    /// Takes one parameter; those that say nothing about the request are passed over.
    mutating func add(name: String, value: String) {
        var name = name
        var value = value
        name.withUTF8 { name in
            value.withUTF8 { value in
                unsafe add(ParameterText(UnsafeRawBufferPointer(name)), UnsafeRawBufferPointer(value))
            }
        }
    }

    /// Takes one parameter. This runs for each parameter of each request, so it makes texts only of what it keeps.
    mutating func add(_ name: ParameterText, _ value: UnsafeRawBufferPointer) {
        switch KnownParameter(name) {
        case .host:
            host = unsafe text(value)
        case .headerField:
            if let field = HTTPField.Name(parameter: name) {
                unsafe fields.append(HTTPField(name: field, value: text(value)))
            }
        case .https:
            unsafe setSecure(text(value).isOctetEqualIgnoringCase(to: "on") || text(value).wire == "1")
        case .requestScheme:
            unsafe setSecure(ParameterText(value) == "https")
        case .requestMethod:
            if unsafe !(ParameterText(value) == "GET") { method = unsafe HTTPRequest.Method(text(value)) ?? method }
        case .requestURI:
            uri = unsafe text(value)
            isPercentEncoded = unsafe value.prefix { $0 != UInt8(ascii: "?") }.contains(UInt8(ascii: "%"))
        case .remoteAddress:
            client.host = unsafe text(value)
        case .remotePort:
            client.port = unsafe Int(text(value))
        case .remoteUser:
            user = unsafe value.isEmpty ? nil : userName(value)
        case .contentType:
            if unsafe !value.isEmpty { unsafe fields.append(HTTPField(name: .contentType, value: text(value))) }
        case .contentLength:
            // "" and "-1" are how servers say that they do not know.
            let length = unsafe text(value)
            if let count = Int(length), count > 0 { fields.append(HTTPField(name: .contentLength, value: length)) }
        case .handOver:
            handOver = unsafe HandOver(text(value))
        case .pathInfo: path.info = unsafe text(value)
        case .scriptName: path.scriptName = unsafe text(value)
        case .scriptFile: path.scriptFile = unsafe text(value)
        case .serverSoftware: path.software = unsafe text(value)
        case .serverName: serverName = unsafe text(value)
        case .serverPort: serverPort = unsafe text(value)
        case .queryString: query = unsafe text(value)
        case nil: break
        }
    }

    /// Whether the target or the host is still missing, which most servers send, and has to be made of other
    /// parameters; or whether it may matter how the server has read the path.
    private var mayNeedPath: Bool { uri.isEmpty || host.isEmpty || isPercentEncoded || path.isDividedOrVerbatim }

    private func text(_ value: UnsafeRawBufferPointer) -> String {
        unsafe String(decoding: value, as: UTF8.self)
    }

    /// Nil for what is not UTF-8: repaired, two names could become one.
    private func userName(_ value: UnsafeRawBufferPointer) -> String? {
        let name = unsafe text(value)
        return name.utf8.wasRepaired ? nil : name
    }

    private mutating func setSecure(_ isSecure: Bool) {
        self.isSecure = self.isSecure || isSecure
    }

    /// The request, after the last parameter.
    ///
    /// - Parameter isCGI: Whether the parameters are the environment of a program that the server has started for this
    ///   request alone (RFC 3875), so that the server knows where the program is in the site.
    func request(body: [UInt8], id: String, isCGI: Bool = false) -> DownloadRequest {
        let target = target
        var serverPath = ServerPath()
        if mayNeedPath {
            serverPath = path.reading(of: target, isCGI: isCGI)
            if serverPath.scriptName != nil, !path.agrees(with: target) { serverPath.target = targetOfPath.wire }
        }
        let http = HTTPRequest(
            method: method,
            scheme: isSecure ? "https" : "http",
            authority: authority,
            path: target,
            headerFields: fields
        )
        var request = DownloadRequest(
            http: http,
            body: body,
            client: client,
            user: user,
            id: id,
            receivedAt: .now,
            handOver: handOver
        )
        request.serverPath = serverPath
        return request
    }

    private var authority: String? {
        // The host of an absolute form counts, whatever the header field says (RFC 9112 §3.2.2).
        if let host = absoluteForm?.authority, !host.isEmpty { return host }
        if !host.isEmpty { return host }
        guard !serverName.isEmpty else { return nil }
        let isUsualPort = serverPort.isEmpty || serverPort.wire == (isSecure ? "443" : "80")
        return isUsualPort ? serverName : "\(serverName):\(serverPort)"
    }

    /// The request target in origin form, as the client sent it.
    private var target: String {
        if uri.utf8.first == UInt8(ascii: "/") { return uri }
        return uri.isEmpty ? targetOfPath : absoluteForm?.target ?? uri
    }

    /// The request target as the web server's path and query make it.
    private var targetOfPath: String {
        let path = path.whole.percentEncodedPath
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    /// The parts of a request target in absolute form, which Apache passes on whole; nil for another form.
    private var absoluteForm: (authority: String, target: String)? {
        let bytes = uri.utf8
        guard let first = bytes.first, first != UInt8(ascii: "/"), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[..<colon].allSatisfy({ $0.isSchemeCharacter }), bytes[colon...].starts(with: "://".utf8)
        else { return nil }
        let start = bytes.index(colon, offsetBy: 3)
        let end = bytes[start...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? bytes.endIndex
        // Without what may stand before the host: a name and a password.
        let host = bytes[start..<end].lastIndex(of: UInt8(ascii: "@")).map { bytes.index(after: $0) } ?? start
        let rest = uri[end...]
        return (String(uri[host..<end]), rest.utf8.first == UInt8(ascii: "/") ? String(rest) : "/\(rest)")
    }
}

extension UInt8 {
    /// Whether it may stand in the scheme of a URI (RFC 3986 §3.1).
    fileprivate var isSchemeCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension String {
    /// The path with everything encoded that can't stand in one (RFC 3986 §3.3): servers send `SCRIPT_NAME` decoded.
    fileprivate var percentEncodedPath: String {
        var encoded: [UInt8] = []
        encoded.append(percentEncoding: utf8) {
            $0.isPathCharacter || $0 == UInt8(ascii: "/")
        }
        let path = String(decoding: encoded, as: UTF8.self)
        return path.hasOctetPrefix("/") ? path : "/\(path)"
    }
}
