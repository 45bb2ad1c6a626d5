import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct OptionsAndHooksTests {
    static let types: [(view: String?, file: String?, name: String, charset: String?, expected: String)] = [
        (nil, nil, "a.txt", "utf-8", "text/plain; charset=utf-8"),
        (nil, nil, "a.txt", "latin1", "text/plain; charset=latin1"),
        (nil, nil, "a.txt", nil, "text/plain"),
        (nil, nil, "a", "utf-8", "application/octet-stream"),
        // By the name that the client is told: a.txt, and download.
        (nil, nil, "a.txt\u{200e}\n", "utf-8", "text/plain; charset=utf-8"),
        (nil, nil, "a.txt/", "utf-8", "application/octet-stream"),
        (nil, "image/png", "a.txt", "utf-8", "image/png"),
        ("text/html", "image/png", "a.txt", "utf-8", "text/html; charset=utf-8"),
        (nil, "text/csv; header=present", "a.txt", "utf-8", "text/csv; header=present"),
    ]

    @Test("Content-Type is the view's, or the file's, or guessed, and only text has a charset", arguments: types)
    func choosesContentType(
        row: (view: String?, file: String?, name: String, charset: String?, expected: String)
    ) async throws {
        let file = StubFile()
            .with {
                $0.name = row.name
                $0.contentType = row.file
            }
        var view = FileView { file }
        view.mimeType = row.view
        view.charset = row.charset
        #expect(try await view.response(to: .get()).headerFields[.contentType] == row.expected)
    }

    @Test("The view's basename beats the file's name, for the type too")
    func prefersBasename() async throws {
        var view = FileView { StubFile() }
        view.basename = "table.csv"
        try await expectDownload(from: view, basename: "table.csv", mimeType: "text/csv", attachment: true)
    }

    @Test("An empty basename is none: the file's name counts, for the type too")
    func passesOverEmptyBasename() async throws {
        var view = FileView { StubFile() }
        view.basename = ""
        try await expectDownload(from: view, basename: "digits.txt", mimeType: "text/plain", attachment: true)
    }

    @Test("Caching options and validators are sent as given")
    func sendsCaching() async throws {
        var view = FileView { StubFile() }
        view.cacheControl = "private, max-age=60\r\nX-Injected: 1"
        view.expires = HTTPDate(secondsSince1970: 1_000_000_000)
        view.vary = [.acceptLanguage]
        let fields = try await view.response(to: .get()).headerFields
        #expect(fields[.cacheControl]?.contains("\r") == false)
        #expect(fields[.cacheControl]?.contains("\n") == false)
        #expect(fields[.expires] == "Sun, 09 Sep 2001 01:46:40 GMT")
        #expect(fields[.lastModified] == "Sun, 09 Sep 2001 01:46:40 GMT")
        #expect(fields[.vary] == "Accept-Language")
        #expect(fields[.eTag] == "\"abc\"")
    }

    @Test(
        "No option adds a line to the header",
        arguments: [
            "a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\u{0}b", "\r\n\r\n<html>", "a\u{85}b",
            "a\u{2028}X-Evil: 1",
        ]
    )
    func keepsLines(text: String) async throws {
        var view = FileView {
            StubFile()
                .with {
                    $0.name = text
                    $0.contentType = text
                    $0.entityTag = EntityTag(text)
                }
        }
        view.cacheControl = text
        view.encoding = text
        view.charset = text
        for range in ["", "bytes=0-1", "bytes=0-1,3-4"] {
            for typed in [nil, "text/plain", text] as [String?] {
                view.mimeType = typed
                let response = try await view.response(to: .get(headerFields: [.range: range]))
                for field in response.headerFields {
                    #expect(!field.value.utf8.contains { $0 == 0x0a || $0 == 0x0d || $0 == 0x00 }, "\(field.name)")
                    #expect(field.name.canonicalName != "x-evil")
                }
                #expect(!response.text.contains("Evil"))
            }
        }
    }

    @Test(
        "A coding that changes nothing is not sent, and makes no difference",
        arguments: ["", " ", "identity", "Identity", " identity "]
    )
    func omitsIdentity(encoding: String) async throws {
        var view = FileView { StubFile() }
        view.encoding = encoding
        let whole = try await view.response(to: .get())
        #expect(whole.headerFields[.contentEncoding] == nil)
        let parts = try await view.response(to: .get(headerFields: [.range: "bytes=0-1,3-4"]))
        #expect(parts.headerFields[.contentType]?.hasPrefix("multipart/byteranges") == true)
        view.encoding = "gzip"
        #expect(try await view.response(to: .get()).headerFields[.contentEncoding] == "gzip")
    }

    static let charsets: [(type: String, isText: Bool)] = [
        ("text/plain", true), ("text/csv", true), ("Text/HTML", true), ("text/javascript", true),
        ("application/json", false),
        ("application/problem+json", false), ("application/pdf", false), ("application/zip", false),
        ("application/gzip", false),
        ("image/png", false), ("image/svg+xml", false), ("audio/mpeg", false), ("video/mp4", false),
        ("font/woff2", false),
        ("application/octet-stream", false), ("multipart/mixed", false), ("application/x-text", false),
        ("textual/plain", false),
        ("application/text/plain", false), ("x-text/plain", false), ("message/rfc822", false),
    ]

    @Test("Only text has a charset", arguments: charsets)
    func hasCharset(row: (type: String, isText: Bool)) async throws {
        var view = FileView { StubFile() }
        view.mimeType = row.type
        let type = try await view.response(to: .get()).headerFields[.contentType]
        #expect(type?.contains("charset") == row.isText)
        view.charset = nil
        #expect(try await view.response(to: .get()).headerFields[.contentType]?.contains("charset") == false)
    }

    @Test("Nothing is claimed by default")
    func claimsNothing() async throws {
        let fields = try await FileView { ContentFile("x", name: "x.txt") }.response(to: .get()).headerFields
        let unclaimed: [HTTPField.Name] = [
            .cacheControl, .expires, .vary, .eTag, .lastModified, .reprDigest, .contentEncoding,
        ]
        for name in unclaimed { #expect(fields[name] == nil, "\(name)") }
    }

    @Test("A view that says nothing is read only, and is an attachment in UTF-8")
    func hasDefaults() {
        let view = HookedView()
        #expect(view.methods.optionValue == [.get, .head, .options])
        #expect(view.attachment.optionValue == true && view.charset.optionValue == "utf-8")
        #expect(view.maximumSkippedBytes.optionValue == 4_194_304)
    }

    @Test("A 304 of a file without a tag carries its date")
    func datesNotModified() async throws {
        let file = StubFile().with { $0.entityTag = nil }
        let response = try await FileView { file }
            .response(
                to: .get(headerFields: [.ifModifiedSince: PreconditionTests.date])
            )
        #expect(response.status == .notModified)
        #expect(response.headerFields[.lastModified] == PreconditionTests.date)
    }

    @Test("A known digest is sent as Repr-Digest")
    func sendsDigest() async throws {
        // SHA-256 of "0123456789", from sha256sum.
        let hex = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"
        let bytes = stride(from: 0, to: 64, by: 2)
            .map { start in
                UInt8(hex.dropFirst(start).prefix(2), radix: 16) ?? 0
            }
        let digest = try #require(ContentDigest(.sha256, bytes: bytes))
        let response = try await FileView { StubFile().with { $0.digest = digest } }.response(to: .get())
        #expect(response.headerFields[.reprDigest] == "sha-256=:hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII=:")
        #expect(ContentDigest(.sha512, bytes: bytes) == nil)
        let long = try #require(ContentDigest(.sha512, bytes: [UInt8](repeating: 0, count: 64)))
        #expect(long.description == "sha-512=:\(String(repeating: "A", count: 86))==:")
    }

    @Test(
        "A hook that makes it a response without content gets one",
        arguments: [HTTPResponse.Status.noContent, .resetContent, .notModified]
    )
    func sendsNoContent(status: HTTPResponse.Status) async throws {
        let response = try await EmptiedView(status: status).response(to: .get())
        #expect(response.status == status && response.isFinished && response.body.isEmpty)
        #expect(response.headerFields[.contentLength] == nil)
        #expect(!response.ranGenerator)
    }

    @Test("A request whose content is larger than the view takes is answered 413, and there is no file")
    func limitsBody() async throws {
        struct Upload: VirtualDownloadView {
            let methods: [HTTPRequest.Method] = [.post]
            let maximumBodySize = 4
            func file(for request: DownloadRequest) -> ContentFile { ContentFile(request.body, name: "a") }
        }
        let fitting = try await Upload().response(to: .make(.post, body: [1, 2, 3, 4]))
        #expect(fitting.status == .ok && fitting.body == [1, 2, 3, 4])
        let large = try await Upload().response(to: .make(.post, body: [1, 2, 3, 4, 5]))
        #expect(large.status == .contentTooLarge && large.fileRequests == 0)
        #expect(large.text.hasSuffix("at most 4 bytes\n"))
    }

    @Test("Each hook changes the response it is called with")
    func callsHooks() async throws {
        let view = HookedView()
        let download = try await view.response(to: .get("/"))
        #expect(download.headerFields[.server] == "download")
        #expect(download.text == "0123456789")
        let part = try await view.response(to: .get("/", headerFields: [.range: "bytes=1-2"]))
        #expect(part.headerFields[.server] == "download")
        #expect(part.text == "12")
        let notModified = try await view.response(to: .get("/", headerFields: [.ifNoneMatch: "*"]))
        #expect(notModified.headerFields[.server] == "not modified")
        #expect(notModified.status == .notModified)
        let notFound = try await view.response(to: .get("/missing"))
        #expect(notFound.status == .notFound)
        #expect(notFound.text == "gone fishing")
        #expect(notFound.headerFields[.contentLength] == "12")
        let replaced = try await view.response(to: .get("/replaced"))
        #expect(replaced.text == "instead" && replaced.headerFields[.contentLength] == "7")
        #expect(!replaced.ranGenerator)
        let redirected = try await view.response(to: .get("/redirected"))
        #expect(redirected.status == .seeOther && redirected.body.isEmpty)
        #expect(redirected.headerFields[.contentLength] == "0")
    }

    @Test(
        "What a hook puts in the place of the file is not a part of it, whatever ranges the client asks for",
        arguments: ["bytes=1-2", "bytes=0-0,5-6"]
    )
    func replacesPart(range: String) async throws {
        let replaced = try await HookedView().response(to: .get("/replaced", headerFields: [.range: range]))
        #expect(replaced.status == .ok)
        #expect(replaced.headerFields[.contentRange] == nil)
        #expect(replaced.headerFields[.contentType] == "text/plain; charset=utf-8")
        #expect(replaced.text == "instead" && replaced.headerFields[.contentLength] == "7")
        let redirected = try await HookedView().response(to: .get("/redirected", headerFields: [.range: range]))
        #expect(redirected.status == .seeOther)
        #expect(redirected.headerFields[.contentRange] == nil)
    }

    @Test(
        "A hook that makes a download of a 304 sends the whole file, with the head of one",
        arguments: ["", "bytes=1-2"]
    )
    func takesBackNotModified(range: String) async throws {
        let fields: HTTPFields = [.ifNoneMatch: "*", .range: range]
        let response = try await HookedView().response(to: .get("/whole", headerFields: fields))
        #expect(response.headerFields[.server] == "not modified")
        var expected = try await HookedView().response(to: .get("/whole")).headerFields
        #expect(expected[.server] == "download" && expected[.lastModified] != nil)
        expected[.server] = "not modified"
        #expect(Set(response.headerFields) == Set(expected))
        expectDownload(response, content: "0123456789", basename: "digits.txt", attachment: true, size: 10)
        let head = try await HookedView().response(to: .head("/whole", headerFields: fields))
        #expect(Set(head.headerFields) == Set(expected) && head.body.isEmpty && head.isFinished && !head.ranGenerator)
    }

    @Test(
        "Whatever else a hook makes of a 304 says how long its content is",
        arguments: [
            ("/instead", 200, "instead"), ("/nothing", 200, ""), ("/elsewhere", 303, ""), ("/forbidden", 403, ""),
        ]
    )
    func replacesNotModified(path: String, status: Int, content: String) async throws {
        for method in [HTTPRequest.Method.get, .head] {
            let response = try await HookedView().response(to: .make(method, path, headerFields: [.ifNoneMatch: "*"]))
            #expect(response.status.code == status && response.isFinished && !response.ranGenerator)
            #expect(response.text == (method == .get ? content : ""))
            #expect(response.headerFields[.contentLength] == String(content.utf8.count))
        }
    }

    @Test("What a hook puts in the place of the file has its own digest or none", arguments: ["", "bytes=1-2"])
    func dropsDigest(range: String) async throws {
        let digest = try #require(ContentDigest(.sha256, bytes: [UInt8](repeating: 7, count: 32)))
        var view = ReplacingView(digest: digest)
        let request = DownloadRequest.get(headerFields: [.range: range])
        #expect(try await view.response(to: request).headerFields[.reprDigest] == digest.description)
        view.content = .bytes(Array("instead".utf8))
        #expect(try await view.response(to: request).headerFields[.reprDigest] == nil)
        view.ownDigest = "sha-256=:own:"
        #expect(try await view.response(to: request).headerFields[.reprDigest] == "sha-256=:own:")
    }

    @Test("A hook that says itself which part it sends, or of which type, is left alone")
    func keepsPartOfHook() async throws {
        let part = try await HookedView().response(to: .get("/part", headerFields: [.range: "bytes=1-2"]))
        #expect(part.status == .partialContent && part.text == "in")
        #expect(part.headerFields[.contentRange] == "bytes 0-1/7")
        let typed = try await HookedView().response(to: .get("/typed", headerFields: [.range: "bytes=0-0,5-6"]))
        #expect(typed.status == .ok && typed.text == "<p>")
        #expect(typed.headerFields[.contentType] == "text/html")
    }

    @Test("The view has the last word on modification")
    func overridesModification() async throws {
        let response = try await HookedView().response(to: .get("/", headerFields: [.ifModifiedSince: "never"]))
        #expect(response.status == .notModified)
        #expect(!response.ranGenerator)
    }

    @Test("A generator that takes cancellation for its end does not look finished")
    func failsCancelledGenerator() async throws {
        let view = FileView {
            VirtualFile(name: "x.txt") { sink in
                try await sink.write("begun")
                unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
            }
        }
        let task = Task { try await view.response(to: .get()) }
        let response = try await task.value
        #expect(response.failure is CancellationError)
        #expect(!response.isFinished)
    }
}

/// Takes the content away from its response.
private struct EmptiedView: VirtualDownloadView {
    var status: HTTPResponse.Status

    func file(for request: DownloadRequest) -> StubFile { StubFile() }

    func downloadResponse(
        _ response: DownloadResponse,
        for file: StubFile,
        to request: DownloadRequest
    ) -> DownloadResponse {
        var response = response
        response.status = status
        return response
    }
}

/// Sends another content than its file, which has a digest.
private struct ReplacingView: VirtualDownloadView {
    var digest: ContentDigest
    var content = DownloadResponse.Content.file
    var ownDigest: String?

    func file(for request: DownloadRequest) -> StubFile { StubFile().with { $0.digest = digest } }

    func downloadResponse(
        _ response: DownloadResponse,
        for file: StubFile,
        to request: DownloadRequest
    ) -> DownloadResponse {
        var response = response
        response.content = content
        if let ownDigest { response.headerFields[.reprDigest] = ownDigest }
        return response
    }
}

private struct HookedView: VirtualDownloadView {
    func file(for request: DownloadRequest) async throws -> StubFile {
        if request.path == "/missing" { throw FileNotFound() }
        return StubFile()
    }

    func wasModified(_ file: StubFile, since value: String) -> Bool { value != "never" }

    func downloadResponse(
        _ response: DownloadResponse,
        for file: StubFile,
        to request: DownloadRequest
    ) -> DownloadResponse {
        var response = response
        response.headerFields[.server] = "download"
        switch request.path {
        case "/replaced":
            response.content = .bytes(Array("instead".utf8))
        case "/part":
            response.headerFields[.contentRange] = "bytes 0-1/7"
            response.content = .bytes(Array("in".utf8))
        case "/typed":
            response.headerFields[.contentType] = "text/html"
            response.content = .bytes(Array("<p>".utf8))
        case "/redirected":
            response.status = .seeOther
            response.content = .none
        default: break
        }
        return response
    }

    func notModifiedResponse(
        _ response: DownloadResponse,
        for file: StubFile,
        to request: DownloadRequest
    ) -> DownloadResponse {
        var response = response
        response.headerFields[.server] = "not modified"
        switch request.path {
        case "/whole": response.status = .ok
        case "/instead": (response.status, response.content) = (.ok, .bytes(Array("instead".utf8)))
        case "/nothing": (response.status, response.content) = (.ok, .none)
        case "/elsewhere": response.status = .seeOther
        case "/forbidden": response.status = .forbidden
        default: break
        }
        return response
    }

    func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var response = response
        response.content = .bytes(Array("gone fishing".utf8))
        return response
    }
}
