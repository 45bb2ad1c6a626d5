import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

/// In which forms an option may be declared. What must not compile is in `Tests/Mistakes`.
@Suite struct OptionFormTests {
    @Test("An option counts whether its member is a literal, of the value's type or an optional")
    func countsInEachForm() async throws {
        for view in [LiteralView(), OptionalView(), ComputedView(), InferredView()] as [any VirtualDownloadView] {
            let response = try await view.response(to: .get())
            expectDownload(
                response,
                content: "x",
                basename: "a.csv",
                contentType: "text/x; charset=latin1",
                attachment: false
            )
            #expect(response.headerFields[.contentEncoding] == "x-plain", "\(type(of: view))")
            #expect(response.headerFields[.cacheControl] == "no-store", "\(type(of: view))")
            #expect(response.headerFields[.expires] == "Thu, 01 Jan 1970 00:00:00 GMT", "\(type(of: view))")
            #expect(response.headerFields[.vary] == "Cookie", "\(type(of: view))")
            #expect(response.headerFields[.server] == "x", "\(type(of: view))")
            #expect(
                try await view.response(to: .make(.delete)).headerFields[.allow] == "GET, HEAD",
                "\(type(of: view))"
            )
        }
    }

    @Test("So it does in a file, and what it says about itself")
    func countsInFile() async throws {
        for file in [LiteralFile(), OptionalFile()] as [any DownloadFile & Sendable] {
            let view = FileView { AnyDownloadFile(file) }
            let response = try await view.response(to: .get(headerFields: [.range: "bytes=1-2"]))
            #expect(response.status == .partialContent && response.text == "12", "\(type(of: file))")
            expectDownload(response, basename: "b.txt", mimeType: "text/y", attachment: false, size: 2)
            #expect(response.headerFields[.eTag] == "\"abc\"" && response.headerFields[.lastModified] != nil)
            let conditional = DownloadRequest.get(headerFields: [.ifModifiedSince: "never"])
            #expect(try await view.response(to: conditional).status == .notModified, "\(type(of: file))")
        }
    }

    @Test("A limit is a number of any integer type", arguments: [0, 4])
    func takesLimits(limit: Int) async throws {
        struct LimitedView: VirtualDownloadView {
            let maximumSkippedBytes: Int
            func file(for request: DownloadRequest) -> StubFile { StubFile() }
        }
        let response = try await LimitedView(maximumSkippedBytes: limit)
            .response(to: .get(headerFields: [.range: "bytes=4-5"]))
        #expect(response.status == (limit == 4 ? .partialContent : .ok))
    }
}

private struct LiteralView: VirtualDownloadView {
    let methods = [HTTPRequest.Method.get, .head]
    let attachment = false
    let basename = "a.csv"
    let mimeType = "text/x"
    let charset = "latin1"
    let encoding = "x-plain"
    let cacheControl = "no-store"
    let expires = HTTPDate(secondsSince1970: 0)
    let vary = [HTTPField.Name.cookie]
    let headerFields: HTTPFields = [.server: "x"]
    let maximumSkippedBytes = 4

    func file(for request: DownloadRequest) -> ContentFile { ContentFile("x", name: "x.txt") }
}

private struct OptionalView: VirtualDownloadView {
    let methods: [HTTPRequest.Method]? = [.get, .head]
    let attachment: Bool? = false
    let basename: String? = "a.csv"
    let mimeType: String? = "text/x"
    let charset: String? = "latin1"
    let encoding: String? = "x-plain"
    let cacheControl: String? = "no-store"
    let expires: HTTPDate? = HTTPDate(secondsSince1970: 0)
    let vary: [HTTPField.Name]? = [.cookie]
    let headerFields: HTTPFields? = [.server: "x"]
    let maximumSkippedBytes: Int? = 4

    func file(for request: DownloadRequest) -> some DownloadFile { ContentFile("x", name: "x.txt") }
}

private struct ComputedView: VirtualDownloadView {
    var methods: [HTTPRequest.Method] { [.get, .head] }
    var attachment: Bool { false }
    var basename: String { "a.csv" }
    var mimeType: String { "text/x" }
    var charset: String { "latin1" }
    var encoding: String { "x-plain" }
    var cacheControl: String { "no-store" }
    var expires: HTTPDate { HTTPDate(secondsSince1970: 0) }
    var vary: [HTTPField.Name] { [.cookie] }
    var headerFields: HTTPFields { [.server: "x"] }
    var maximumSkippedBytes: Int64 { 4 }

    func file(for request: DownloadRequest) async throws -> AnyDownloadFile {
        AnyDownloadFile(ContentFile("x", name: "x.txt"))
    }
}

/// Options that are variables of other types inside.
private final class InferredView: VirtualDownloadView {
    let methods = Array([HTTPRequest.Method.get, .head].prefix(2))
    let attachment = ["a"].isEmpty
    let basename = ["a", "csv"].joined(separator: ".")
    let mimeType = Optional("text/x")
    let charset = Optional(Optional("latin1"))
    let encoding = "\("x")-plain"
    let cacheControl = ["no-store"].first
    let expires = HTTPDate("Thu, 01 Jan 1970 00:00:00 GMT")
    let vary = Array(repeating: HTTPField.Name.cookie, count: 1)
    let headerFields = [.server: "x"] as HTTPFields

    func file(for request: DownloadRequest) -> VirtualFile<StringIO> { VirtualFile(StringIO("x"), name: "x.txt") }
}

private struct LiteralFile: DownloadFile {
    let name = "x.txt"
    let size = 10
    let entityTag = EntityTag("abc")
    let modificationDate = HTTPDate(secondsSince1970: 1)
    let contentType = "text/y"
    let isRepeatable = true
    let isSeekable = false
    let attachment = false
    let basename = "b.txt"

    func wasModified(since value: String) -> Bool { value != "never" }

    func write(to sink: inout some ByteSink & ~Copyable) async throws { try await sink.write("0123456789") }
}

private struct OptionalFile: DownloadFile {
    let name = "x.txt"
    let size: Int? = 10
    let entityTag: EntityTag? = EntityTag("abc")
    let modificationDate: HTTPDate? = HTTPDate(secondsSince1970: 1)
    let contentType: String? = "text/y"
    let isRepeatable: Bool? = true
    let isSeekable: Bool? = nil
    let attachment: Bool? = false
    let basename: String? = "b.txt"

    func wasModified(since value: String) -> Bool? { value != "never" }

    func write(to sink: inout some ByteSink & ~Copyable) async throws { try await sink.write("0123456789") }
}
