internal import HTTPTypes

extension HTTPField.Name {
    /// The header field that a parameter `HTTP_…` carries (RFC 3875 §4.1.18); nil for one that is never to be read.
    init?(environmentName name: String) {
        // The usual ones are found without making a name: this runs for each field of each request.
        switch name {
        case "HTTP_ACCEPT": self = .accept
        case "HTTP_ACCEPT_ENCODING": self = .acceptEncoding
        case "HTTP_ACCEPT_LANGUAGE": self = .acceptLanguage
        case "HTTP_AUTHORIZATION": self = .authorization
        case "HTTP_CACHE_CONTROL": self = .cacheControl
        case "HTTP_CONNECTION": self = .connection
        case "HTTP_COOKIE": self = .cookie
        case "HTTP_IF_MATCH": self = .ifMatch
        case "HTTP_IF_MODIFIED_SINCE": self = .ifModifiedSince
        case "HTTP_IF_NONE_MATCH": self = .ifNoneMatch
        case "HTTP_IF_RANGE": self = .ifRange
        case "HTTP_IF_UNMODIFIED_SINCE": self = .ifUnmodifiedSince
        case "HTTP_ORIGIN": self = .origin
        case "HTTP_RANGE": self = .range
        case "HTTP_REFERER": self = .referer
        case "HTTP_USER_AGENT": self = .userAgent
        // A client sets it with a field named Proxy, and libraries take it for the proxy to use ("httpoxy").
        case "HTTP_PROXY": return nil
        // CONTENT_TYPE and CONTENT_LENGTH say the same.
        case "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH": return nil
        default:
            var bytes = Array(name.utf8.dropFirst("HTTP_".utf8.count))
            for index in bytes.indices {
                switch bytes[index] {
                case UInt8(ascii: "_"): bytes[index] = UInt8(ascii: "-")
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes[index] |= 0x20
                default: break
                }
            }
            self.init(String(decoding: bytes, as: UTF8.self))
        }
    }
}
