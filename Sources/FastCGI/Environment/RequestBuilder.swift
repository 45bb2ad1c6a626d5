import DownloadCore
import HTTPTypes

struct RequestBuilder {
    var http = HTTPRequest(method: .get, scheme: "http", authority: nil, path: "/")
    mutating func add(name: String, value: String) {
        switch name {
        case "REQUEST_URI": http.path = value
        case "REQUEST_METHOD": http.method = HTTPRequest.Method(value) ?? .get
        default: break
        }
    }
    func request(body: [UInt8], id: String) -> DownloadRequest { DownloadRequest(http: http, body: body, id: id) }
}
