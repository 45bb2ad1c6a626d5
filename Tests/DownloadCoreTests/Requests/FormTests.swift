import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct FormTests {
    private static let type = "application/x-www-form-urlencoded"

    private func request(_ body: String, type: String?) -> DownloadRequest {
        var request = DownloadRequest.make(.post, "/a", body: Array(body.utf8))
        request.http.headerFields[.contentType] = type
        return request
    }

    @Test(
        "A form's values are decoded, in their order",
        arguments: [type, "Application/X-WWW-Form-Urlencoded; charset=utf-8", " \(type) "]
    )
    func decodes(type: String) throws {
        let form = try request("order=1&name=J%C3%B6rg+%2B+%E2%82%AC&order=2&empty", type: type).form
        #expect(form.all("order") == ["1", "2"])
        #expect(form["name"] == "Jörg + €")
        #expect(form["empty"] == "" && form["none"] == nil)
        #expect(try form.integer("order", in: 1...9) == 1)
    }

    @Test("Without content there is an empty form, whatever its type", arguments: [nil, type, "text/plain"])
    func empty(type: String?) throws {
        #expect(try request("", type: type).form.isEmpty)
    }

    @Test(
        "Content of another type is refused with 415",
        arguments: [nil, "", "multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded-x"]
    )
    func otherTypes(type: String?) throws {
        let error = try #require(throws: DownloadError.self) { try request("a=1", type: type).form }
        #expect(error.status == .unsupportedMediaType)
    }

    @Test("What is not a form is refused with 400", arguments: ["a=%zz", "a=%", "a=%FF"])
    func broken(body: String) throws {
        let error = try #require(throws: DownloadError.self) { try request(body, type: Self.type).form }
        #expect(error.status == .badRequest)
        var invalid = request("", type: Self.type)
        invalid.body = [0x61, 0x3D, 0xFF]
        #expect(throws: DownloadError.self) { try invalid.form }
    }
}
