internal import HTTPTypes

extension HTTPField.Name {
    /// The header field that a parameter `HTTP_…` carries (RFC 3875 §4.1.18); nil for one that is never to be read.
    init?(parameter name: ParameterText) {
        // The usual ones are found without making a name: this runs for each field of each request.
        switch name.count {
        case 10 where name == "HTTP_RANGE": self = .range
        // A client sets it with a field named Proxy, and libraries take it for the proxy to use ("httpoxy").
        case 10 where name == "HTTP_PROXY": return nil
        case 11 where name == "HTTP_ACCEPT": self = .accept
        case 11 where name == "HTTP_COOKIE": self = .cookie
        case 11 where name == "HTTP_ORIGIN": self = .origin
        case 12 where name == "HTTP_REFERER": self = .referer
        case 13 where name == "HTTP_IF_MATCH": self = .ifMatch
        case 13 where name == "HTTP_IF_RANGE": self = .ifRange
        case 15 where name == "HTTP_USER_AGENT": self = .userAgent
        case 15 where name == "HTTP_CONNECTION": self = .connection
        // CONTENT_TYPE and CONTENT_LENGTH say the same.
        case 17 where name == "HTTP_CONTENT_TYPE": return nil
        case 18 where name == "HTTP_AUTHORIZATION": self = .authorization
        case 18 where name == "HTTP_CACHE_CONTROL": self = .cacheControl
        case 18 where name == "HTTP_IF_NONE_MATCH": self = .ifNoneMatch
        case 19 where name == "HTTP_CONTENT_LENGTH": return nil
        case 20 where name == "HTTP_ACCEPT_ENCODING": self = .acceptEncoding
        case 20 where name == "HTTP_ACCEPT_LANGUAGE": self = .acceptLanguage
        case 22 where name == "HTTP_IF_MODIFIED_SINCE": self = .ifModifiedSince
        case 24 where name == "HTTP_IF_UNMODIFIED_SINCE": self = .ifUnmodifiedSince
        default:
            var bytes = Array(name.text.utf8.dropFirst("HTTP_".utf8.count))
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
