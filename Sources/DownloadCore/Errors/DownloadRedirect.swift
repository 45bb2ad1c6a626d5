public import HTTPTypes

/// Thrown by a view before its first byte to send the client elsewhere (RFC 9110 §15.4): to a page where users log in, or to a file that
/// is ready in another place.
///
///     guard let user = request.user else { throw DownloadRedirect(to: "/login?next=/orders.csv") }
///
/// It is no failure, and the log says nothing of it. The client finds out by itself what is there.
public struct DownloadRedirect: Error, Sendable, Hashable {
    /// How the client is to go on, as a well-known value; more may be added.
    public struct Code: Sendable, Hashable {
        let status: HTTPResponse.Status

        /// 302: asks there, this time; after a POST by GET, as browsers do it.
        public static var found: Code { Code(status: .found) }
        /// 303: asks there by GET, whatever the method was: after a POST.
        public static var seeOther: Code { Code(status: .seeOther) }
        /// 307: asks there, this time, by the same method and with the same content.
        public static var temporaryRedirect: Code { Code(status: .temporaryRedirect) }
        /// 308: asks there from now on, by the same method and with the same content. Caches keep it, for everybody.
        public static var permanentRedirect: Code { Code(status: .permanentRedirect) }
    }

    /// Which redirect it is.
    public var code: Code
    /// Where to: a URI reference in ASCII (RFC 3986 §4.1), the value of `Location`.
    public let location: String
    /// What the answer carries besides, for instance `Cache-Control` or `Set-Cookie`.
    public var headerFields: HTTPFields

    /// Creates a redirect.
    ///
    /// - Parameters:
    ///   - location: Where to, as the client is to ask for it: a URL, or a path with the mount prefix. What can't stand in a URI is
    ///     percent-encoded, such as spaces, line breaks, backslashes and all that is not ASCII; the rest stays as it is, and so does what
    ///     is encoded already. A place that the request names may be on any host: see whether it is one of yours. If it is empty, the
    ///     answer is 500.
    public init(_ code: Code = .found, to location: String, headerFields: HTTPFields = [:]) {
        self.code = code
        self.location = location.encodedAsURIReference
        self.headerFields = headerFields
    }

    /// The status of the answer.
    public var status: HTTPResponse.Status { code.status }

    /// The answer: the place as a field, and in a line of text for whoever does not follow it.
    public var response: DownloadResponse {
        var fields = headerFields
        fields[.location] = location
        fields[.contentType] = "text/plain; charset=utf-8"
        fields[.xContentTypeOptions] = "nosniff"
        return DownloadResponse(status: status, headerFields: fields, content: .bytes(Array("\(self)\n".utf8)))
    }
}

extension DownloadRedirect: CustomStringConvertible {
    public var description: String {
        "\(status.code) \(status.reasonPhrase): \(location.isEmpty ? "to nowhere" : location)"
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
