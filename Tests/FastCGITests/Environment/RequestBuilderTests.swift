import DownloadCore
import Foundation
import HTTPTypes
import Testing

@testable import FastCGI

@Suite struct RequestBuilderTests {
    private func request(_ parameters: KeyValuePairs<String, String>) -> DownloadRequest {
        var builder = RequestBuilder()
        for (name, value) in parameters { builder.add(name: name, value: value) }
        return builder.request(body: [], id: "1")
    }

    @Test(
        "The host of an absolute form counts, and the target is what stands behind it",
        arguments: [
            ("http://h.example/a?b", "h.example", "/a?b"),
            ("HTTPS://h.example:81/", "h.example:81", "/"),
            ("http://h.example", "h.example", "/"),
            ("http://h.example?x=1", "h.example", "/?x=1"),
            ("http://name:word@h.example/a", "h.example", "/a"),
            ("http://[::1]:81/a", "[::1]:81", "/a"),
            ("http:///a", "field.example", "/a"),
            ("/a?u=http://h.example/b", "field.example", "/a?u=http://h.example/b"),
            ("*", "field.example", "*"),
            ("a?u=http://h.example/b", "field.example", "a?u=http://h.example/b"),
        ]
    )
    func absoluteForm(uri: String, authority: String, target: String) {
        for parameters: KeyValuePairs in [
            ["REQUEST_URI": uri, "HTTP_HOST": "field.example"], ["HTTP_HOST": "field.example", "REQUEST_URI": uri],
        ] {
            let request = request(parameters)
            #expect(request.http.authority == authority)
            #expect(request.http.path == target)
        }
    }

    @Test("A request has the time at which it came")
    func receivedAt() throws {
        let before = Int64(Date().timeIntervalSince1970)
        let receivedAt = try #require(request(["REQUEST_URI": "/a"]).receivedAt)
        #expect((before...Int64(Date().timeIntervalSince1970)).contains(receivedAt.secondsSince1970))
    }
}
