import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

/// Which says what: the file, the view, or the library (``DownloadOptions``).
@Suite struct FileOptionTests {
    /// What a view says, what its file says, and what is sent.
    struct Precedence: Sendable, CustomTestStringConvertible {
        var option: String
        var view: @Sendable (inout FileView<ContentFile>) -> Void = { _ in }
        var file: @Sendable (inout ContentFile) -> Void = { _ in }
        var field: HTTPField.Name
        var sent: String?

        var testDescription: String { option }
    }

    static let table: [Precedence] = [
        Precedence(option: "nothing", field: .contentDisposition, sent: "attachment; filename=\"x.txt\""),
        Precedence(
            option: "attachment of the view",
            view: { $0.attachment = false },
            field: .contentDisposition,
            sent: "inline; filename=\"x.txt\""
        ),
        Precedence(
            option: "attachment of both",
            view: { $0.attachment = false },
            file: { $0.attachment = true },
            field: .contentDisposition,
            sent: "attachment; filename=\"x.txt\""
        ),
        Precedence(
            option: "basename of the file",
            view: { $0.basename = "view.csv" },
            file: { $0.basename = "file.csv" },
            field: .contentDisposition,
            sent: "attachment; filename=\"file.csv\""
        ),
        Precedence(
            option: "an empty basename of the file",
            view: { $0.basename = "view.csv" },
            file: { $0.basename = "" },
            field: .contentDisposition,
            sent: "attachment; filename=\"view.csv\""
        ),
        Precedence(
            option: "a type guessed from the file's basename",
            file: { $0.basename = "a.csv" },
            field: .contentType,
            sent: "text/csv; charset=utf-8"
        ),
        Precedence(
            option: "the type that the file has",
            file: { $0.contentType = "image/png" },
            field: .contentType,
            sent: "image/png"
        ),
        Precedence(
            option: "the view's type for whatever it is",
            view: { $0.mimeType = "text/html" },
            file: { $0.contentType = "image/png" },
            field: .contentType,
            sent: "text/html; charset=utf-8"
        ),
        Precedence(
            option: "the file's option before the view's",
            view: { $0.mimeType = "text/html" },
            file: { ($0.mimeType, $0.contentType) = ("text/x", "image/png") },
            field: .contentType,
            sent: "text/x; charset=utf-8"
        ),
        Precedence(
            option: "charset",
            view: { $0.charset = "latin1" },
            file: { $0.charset = "utf-16" },
            field: .contentType,
            sent: "text/plain; charset=utf-16"
        ),
        Precedence(option: "no charset", file: { $0.charset = "" }, field: .contentType, sent: "text/plain"),
        Precedence(
            option: "encoding",
            view: { $0.encoding = "gzip" },
            file: { $0.encoding = "zstd" },
            field: .contentEncoding,
            sent: "zstd"
        ),
        Precedence(
            option: "no encoding",
            view: { $0.encoding = "gzip" },
            file: { $0.encoding = "" },
            field: .contentEncoding,
            sent: nil
        ),
        Precedence(
            option: "Cache-Control",
            view: { $0.cacheControl = "no-store" },
            file: { $0.cacheControl = "max-age=5" },
            field: .cacheControl,
            sent: "max-age=5"
        ),
        Precedence(
            option: "no Cache-Control",
            view: { $0.cacheControl = "no-store" },
            file: { $0.cacheControl = "" },
            field: .cacheControl,
            sent: nil
        ),
        Precedence(
            option: "Expires",
            view: { $0.expires = HTTPDate(secondsSince1970: 0) },
            file: { $0.expires = HTTPDate(secondsSince1970: 1) },
            field: .expires,
            sent: "Thu, 01 Jan 1970 00:00:01 GMT"
        ),
        Precedence(
            option: "Vary adds up",
            view: { $0.vary = [.cookie, .accept] },
            file: { $0.vary = [.accept, .acceptLanguage] },
            field: .vary,
            sent: "Cookie, Accept, Accept-Language"
        ),
        Precedence(
            option: "a further field of the view",
            view: { $0.headerFields = [.server: "view"] },
            field: .server,
            sent: "view"
        ),
        Precedence(
            option: "a further field of both",
            view: { $0.headerFields = [.server: "view"] },
            file: { $0.headerFields = [.server: "file"] },
            field: .server,
            sent: "file"
        ),
        Precedence(
            option: "a further field that the library sends, too",
            view: { $0.headerFields = [.xContentTypeOptions: "none"] },
            field: .xContentTypeOptions,
            sent: "none"
        ),
        Precedence(
            option: "a length that is not the content's",
            file: { $0.headerFields = [.contentLength: "99"] },
            field: .contentLength,
            sent: "1"
        ),
    ]

    @Test("The file decides, the view has the defaults", arguments: table)
    func decides(row: Precedence) async throws {
        let change = row.file
        var view = FileView {
            var file = ContentFile("x", name: "x.txt")
            change(&file)
            return file
        }
        row.view(&view)
        let fields = try await view.response(to: .get()).headerFields
        #expect(fields[values: row.field] == (row.sent.map { [$0] } ?? []))
    }

    @Test("A 304 carries what caches need of both, and further fields")
    func carriesOptionsInNotModified() async throws {
        var view = FileView {
            StubFile().with { $0.entityTag = EntityTag("abc") }
        }
        view.cacheControl = "max-age=5"
        view.headerFields = [.server: "x"]
        let response = try await view.response(to: .get(headerFields: [.ifNoneMatch: "*"]))
        #expect(response.status == .notModified)
        #expect(response.headerFields[.cacheControl] == "max-age=5" && response.headerFields[.server] == "x")
    }

    @Test("What a request asks for is decided in one line", arguments: [("", true), ("?inline=1", false)])
    func decidesByRequest(query: String, attachment: Bool) async throws {
        struct ReportView: VirtualDownloadView {
            func file(for request: DownloadRequest) throws -> ContentFile {
                ContentFile("x", name: "x.txt").with(\.attachment, try request.query["inline"] != "1")
            }
        }
        expectDownload(try await ReportView().response(to: .get("/x\(query)")), content: "x", attachment: attachment)
    }

    @Test("The hooks of a download are called with the file and the request")
    func handsFileToHooks() async throws {
        struct NamingView: VirtualDownloadView {
            func file(for request: DownloadRequest) -> StubFile { StubFile().with { $0.name = request.path } }

            func downloadResponse(
                _ response: DownloadResponse,
                for file: StubFile,
                to request: DownloadRequest
            ) -> DownloadResponse {
                var response = response
                response.headerFields[.server] = "\(file.name) by \(request.method)"
                return response
            }

            func notModifiedResponse(
                _ response: DownloadResponse,
                for file: StubFile,
                to request: DownloadRequest
            ) -> DownloadResponse {
                downloadResponse(response, for: file, to: request)
            }
        }
        for fields: HTTPFields in [[:], [.ifNoneMatch: "*"]] {
            let response = try await NamingView().response(to: .head("/a", headerFields: fields))
            #expect(response.headerFields[.server] == "/a by HEAD")
        }
    }
}
