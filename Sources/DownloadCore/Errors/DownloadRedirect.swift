public import HTTPTypes

/// Thrown by a view before its first byte to send the client elsewhere (RFC 9110 §15.4): to a page where users log in,
/// or to a file that is ready in another place.
///
///     guard let user = request.user else { throw DownloadRedirect(to: "/login?next=/orders.csv") }
///
/// It is not a failure, and is not logged. Nobody checks what is at the other place before the client asks there.
public struct DownloadRedirect: Error, Sendable, Hashable {
    /// How the client is to go on. 302, the default: it asks there, this time; after a POST by GET, as browsers do it.
    /// 303: by GET, whatever the method was. 307: this time, by the same method and with the same content. 308: the
    /// same from now on, and caches keep it, for everybody. With a status that is not a redirect's the answer is 500,
    /// and the log says why.
    public var status: HTTPResponse.Status
    /// Where to: a URI reference in ASCII (RFC 3986 §4.1), the value of `Location`.
    public let location: String
    /// What the answer carries besides, for instance `Cache-Control` or `Set-Cookie`.
    public var headerFields: HTTPFields

    /// Creates a redirect.
    ///
    /// - Parameters:
    ///   - status: A 3xx other than 304, by name or number.
    ///   - location: Where to, as the client is to ask for it: a URL, or a path with the mount prefix. What can't stand
    ///     in a URI is
    ///     percent-encoded, such as spaces, line breaks, backslashes and all that is not ASCII; the rest stays as it
    ///     is, and so does what
    ///     is encoded already. A place that the request names may be on any host: see whether it is one of yours. If it
    ///     is empty, the
    ///     answer is 500.
    public init(_ status: HTTPResponse.Status = .found, to location: String, headerFields: HTTPFields = [:]) {
        self.status = status.named
        self.location = location.encodedAsURIReference
        self.headerFields = headerFields
    }

    /// The answer: the place as a field, and in a line of text for clients that do not follow it.
    public var response: DownloadResponse {
        var fields = headerFields
        fields[.location] = location
        fields[.contentType] = "text/plain; charset=utf-8"
        fields[.xContentTypeOptions] = "nosniff"
        return DownloadResponse(status: status, headerFields: fields, content: .bytes(Array("\(self)\n".utf8)))
    }
}

extension DownloadRedirect {
    /// Whether it can be sent: to somewhere, with the status of a redirect.
    var isAnswerable: Bool { !location.isEmpty && status.kind == .redirection && status != .notModified }
}

extension DownloadRedirect: CustomStringConvertible {
    public var description: String {
        let line = "\(status.code) \(status.reasonPhrase): \(location.isEmpty ? "to nowhere" : location)"
        return location.isEmpty || isAnswerable
            ? line : "\(line): a DownloadRedirect has a status from 300 to 399, not 304"
    }
}

extension String {
    /// The text with every byte percent-encoded that can't stand in a URI reference.
    fileprivate var encodedAsURIReference: String {
        let bytes = Array(utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(bytes.count)
        for index in bytes.indices {
            let byte = bytes[index]
            let isKept =
                byte == UInt8(ascii: "%")
                ? bytes.dropFirst(index + 1).prefix(2).count { $0.hexValue != nil } == 2
                : byte.isURICharacter
            if isKept {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), .hexDigit(byte >> 4), .hexDigit(byte & 15)]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}

extension UInt8 {
    /// Whether it is a reserved or unreserved character (RFC 3986 §2.2, §2.3).
    fileprivate var isURICharacter: Bool {
        isDigit || isLetter || ":/?#[]@!$&'()*+,;=-._~".utf8.contains(self)
    }
}
