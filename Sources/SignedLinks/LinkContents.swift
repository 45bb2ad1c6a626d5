internal import DownloadCore
internal import HTTPTypes

/// What the signature of a link is over.
struct LinkContents {
    var method: HTTPRequest.Method
    /// The path as it is routed: decoded, with mount prefix and without query. A slash that is part of a segment is a
    /// NUL.
    var path: String
    /// The query without the signature's own items, decoded and in its order.
    var query: [QueryItems.Item]
    var name: String?
    var expires: HTTPDate

    /// The bytes that are signed: no two different contents have the same.
    ///
    /// Each part is written as its length in bytes, a colon, its UTF-8 and a comma, one after the other:
    /// `download-link-1` (this form), method, path, name (empty for none), expiry (seconds since 1970), then the name
    /// and the value of each item of the query. HEAD counts as GET.
    var canonicalForm: [UInt8] {
        var form: [UInt8] = []
        func append(_ part: String) {
            form += "\(part.utf8.count):".utf8
            form += part.utf8
            form.append(UInt8(ascii: ","))
        }
        append("download-link-1")
        append(method == .head ? HTTPRequest.Method.get.rawValue : method.rawValue)
        append(path)
        append(name ?? "")
        append(String(expires.secondsSince1970))
        for item in query {
            append(item.name)
            append(item.value)
        }
        return form
    }
}
