import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct HandOverTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var rules: String
        var path: String
        var value: String?

        var testDescription: String { "\(rules): \(path)" }

        init(_ rules: String, _ path: String, _ value: String?) {
            (self.rules, self.path, self.value) = (rules, path, value)
        }
    }

    private static let nginx = "X-Accel-Redirect /var/cache/downloads=/-spool /srv/my%20files/=/-files/ /srv=/-srv"
    private static let apache = "X-Sendfile /var/cache/downloads"

    @Test(
        "What the web server is told",
        arguments: [
            Case(nginx, "/var/cache/downloads/ab/x", "/-spool/ab/x"),
            Case(nginx, "/var/cache/downloads/a b?c%d#é", "/-spool/a%20b%3Fc%25d%23%C3%A9"),
            Case(nginx, "/srv/my files/x", "/-files/x"),
            Case(nginx, "/srv/my/x", "/-srv/my/x"),
            Case(nginx, "/var/cache/downloads-else/x", nil),
            Case(nginx, "/var/cache/downloads", nil),
            Case(nginx, "/var/cache/downloads/", nil),
            Case(nginx, "/var/cache/downloads/../x", nil),
            Case(nginx, "/var/cache/downloads/./x", nil),
            Case(nginx, "/var/cache/downloads//x", nil),
            Case(nginx, "/var/cache/downloads/x\0", nil),
            Case(nginx, "var/cache/downloads/x", nil),
            Case(nginx, "", nil),
            Case(nginx, "/var/cache/downloads/a\r\nSet-Cookie: x", "/-spool/a%0D%0ASet-Cookie%3A%20x"),
            Case(apache, "/var/cache/downloads/ab/x", "/var/cache/downloads/ab/x"),
            Case(apache, "/var/cache/downloads/a b", "/var/cache/downloads/a%20b"),
            Case("x-sendfile\t/a%3Db=/c%20d", "/a=b/x", "/c%20d/x"),
        ]
    )
    func values(example: Case) throws {
        let handOver = try #require(HandOver(example.rules))
        #expect(handOver.field(forFileAt: example.path)?.value == example.value)
    }

    @Test(
        "What is not understood hands nothing over",
        arguments: [
            "", " ", "X-Accel-Redirect", "on", "X-Sendfile", "X-Other /a=/b", "X-Accel-Redirect a=/b",
            "X-Accel-Redirect /a=b", "X-Accel-Redirect /a/../b=/c", "X-Accel-Redirect /a=/b/..", "X-Sendfile /",
            "X-Sendfile /%", "X-Sendfile /%2", "X-Sendfile /%zz", "X-Sendfile /a //b", "X-Sendfile /a%00",
        ]
    )
    func refuses(text: String) {
        #expect(HandOver(text) == nil)
    }
}

/// A view that names a place of the web server's by itself, such as an object store.
@Suite struct OwnPlaceTests {
    private struct PlaceView: VirtualDownloadView {
        var ofFile: HTTPFields?
        var headerFields: HTTPFields?

        func file(for request: DownloadRequest) -> ContentFile {
            var file = ContentFile("", name: "a.txt")
            if let ofFile { file.headerFields = ofFile }
            return file
        }
    }

    @Test("What names a place of the web server's says nothing of ranges, which are that place's")
    func saysNothingOfRanges() async throws {
        let redirect = try HTTPFields([HTTPField(name: #require(.init("X-Accel-Redirect")), value: "/-store/a")])
        for view in [PlaceView(ofFile: redirect), PlaceView(headerFields: redirect)] {
            for request in [DownloadRequest.get(), .head(), .get(headerFields: [.range: "bytes=5-"])] {
                let response = try await view.response(to: request)
                #expect(response.status == .ok && response.headerFields[.acceptRanges] == nil)
                #expect(response.headerFields[redirect[0].name] == "/-store/a")
            }
        }
        #expect(try await PlaceView().response(to: .get()).headerFields[.acceptRanges] != nil)
    }
}
