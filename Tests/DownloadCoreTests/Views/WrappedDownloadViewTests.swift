import DownloadCore
import DownloadTesting
import Foundation
import HTTPTypes
import Testing

@Suite struct WrappedDownloadViewTests {
    /// A view that says everything otherwise than the defaults do.
    private struct Outspoken: VirtualDownloadView {
        let methods: [HTTPRequest.Method] = [.get, .post]
        let attachment = false
        let basename = "view.bin"
        let mimeType = "text/x"
        let charset = "latin1"
        let encoding = "x-plain"
        let cacheControl = "no-store"
        let expires = HTTPDate(secondsSince1970: 0)
        let vary: [HTTPField.Name] = [.cookie]
        let headerFields: HTTPFields = [.server: "view"]
        let maximumSkippedBytes = 3

        func file(for request: DownloadRequest) throws -> StubFile {
            switch request.path {
            case "/missing": throw FileNotFound()
            case "/silent": return StubFile().with { ($0.entityTag, $0.modificationDate) = (nil, nil) }
            default: return StubFile()
            }
        }

        func wasModified(_ file: StubFile, since value: String) -> Bool { value != "never" }

        func downloadResponse(
            _ response: DownloadResponse,
            for file: StubFile,
            to request: DownloadRequest
        ) -> DownloadResponse { response.marked("download of \(file.name)") }

        func notModifiedResponse(
            _ response: DownloadResponse,
            for file: StubFile,
            to request: DownloadRequest
        ) -> DownloadResponse { response.marked("not modified \(file.name)") }

        func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
            response.marked("not found")
        }

        func anyResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
            response.marked("any")
        }
    }

    private struct Plain<Base: VirtualDownloadView>: WrappedDownloadView { let base: Base }

    /// Returns another file, which is made of the base's.
    private struct Rewrapping<Base: VirtualDownloadView>: WrappedDownloadView {
        struct File: WrappedDownloadFile { let base: Base.File }

        let base: Base

        func file(for request: DownloadRequest) async throws -> File { File(base: try await base.file(for: request)) }
    }

    static let requests: [DownloadRequest] = [
        .get(), .get(headerFields: [.range: "bytes=1-2"]), .get(headerFields: [.range: "bytes=4-5"]),
        .get(headerFields: [.ifNoneMatch: "*"]), .get(headerFields: [.ifModifiedSince: "never"]),
        .get("/silent", headerFields: [.ifModifiedSince: "never"]), .get("/missing"), .head(), .make(.options),
        .make(.post), .get(headerFields: [.ifMatch: "\"x\""]), .get(headerFields: [.range: "bytes=99-"]),
    ]

    @Test("A view made of another answers every request as that does", arguments: requests.indices)
    func forwards(index: Int) async throws {
        let request = Self.requests[index]
        let expected = try await Outspoken().response(to: request)
        let views: [any VirtualDownloadView] = [
            Plain(base: Outspoken()), Rewrapping(base: Outspoken()),
            Plain(base: Rewrapping(base: Plain(base: Outspoken()))),
        ]
        for view in views {
            let response = try await view.response(to: request)
            #expect(response.status == expected.status && response.body == expected.body, "\(type(of: view))")
            #expect(response.headerFields == expected.headerFields, "\(type(of: view))")
        }
        #expect(expected.headerFields[.contentLocation] == "any")
    }

    /// What of a protocol is not forwarded by the extensions of another, by their sources: a new requirement has a
    /// default, so that a wrapper that forgets it compiles.
    @Test(
        "Every requirement of a view and of a file is forwarded",
        arguments: [
            (
                ["Options/DownloadOptions", "Views/ViewOptions", "Views/VirtualDownloadView"],
                "Views/WrappedDownloadView", 16
            ),
            (
                ["Options/DownloadOptions", "Files/DownloadContent", "Files/DownloadFile"],
                "Files/WrappedDownloadFile", 20
            ),
            (
                ["Options/DownloadOptions", "Files/DownloadContent", "Files/DownloadFile"],
                "Files/AnyDownloadFile", 20
            ),
        ] as [([String], String, Int)]
    )
    func forwardsEveryRequirement(protocols: [String], wrapper: String, count: Int) throws {
        let sources = URL(filePath: #filePath).appending(path: "../../../../Sources/DownloadCore/").standardizedFileURL
        func source(_ name: String) throws -> String {
            try String(contentsOf: sources.appending(path: "\(name).swift"), encoding: .utf8)
        }
        var required: Set<String> = []
        for name in protocols {
            let text = try source(name)
            for part in text.components(separatedBy: "public protocol ").dropFirst() {
                let body = part.components(separatedBy: "\n}\n")[0]
                required.formUnion(
                    body.matches(of: /\n    (?:var|func) (\w+(?:\(\s*\w+)?)/)
                        .map { String($0.1.filter { !$0.isWhitespace }) }
                )
            }
        }
        let text = try source(wrapper)
        let forwarded = Set(
            text.matches(of: /\n    public (?:var|func) (\w+(?:\(\s*\w+)?)/)
                .map { String($0.1.filter { !$0.isWhitespace }) }
        )
        #expect(required.count >= count, "the protocols' requirements were not found")
        // Collected from the others, of whatever type.
        #expect(required.subtracting(forwarded).subtracting(["statedProperties", "statedSize"]) == ["statedOptions"])
    }

    @Test("The short form of a hook counts in a view, and in a wrapper before the hook of its base")
    func callsShortForm() async throws {
        struct Short: VirtualDownloadView {
            func file(for request: DownloadRequest) -> StubFile { StubFile() }

            func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
                response.marked("short")
            }

            func notModifiedResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
                response.marked("short not modified")
            }
        }
        struct Wrapper<Base: VirtualDownloadView>: WrappedDownloadView {
            let base: Base

            func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
                response.marked("wrapper")
            }
        }
        let unmodified: HTTPFields = [.ifNoneMatch: "*"]
        #expect(try await Short().response(to: .get()).headerFields[.contentLanguage] == "short")
        let notModified = try await Short().response(to: .get(headerFields: unmodified))
        #expect(notModified.headerFields[.contentLanguage] == "short not modified")
        let wrapped = Wrapper(base: Wrapper(base: Short()))
        #expect(try await wrapped.response(to: .get()).headerFields[.contentLanguage] == "wrapper, wrapper, short")
    }

    @Test("A modifier of views is a few lines")
    func modifies() async throws {
        struct Private<Base: VirtualDownloadView>: WrappedDownloadView {
            let base: Base
            let cacheControl = "private"

            func file(for request: DownloadRequest) async throws -> Base.File {
                guard request.user != nil else { throw DownloadError(.forbidden) }
                return try await base.file(for: request)
            }
        }
        let view = Private(base: Outspoken())
        #expect(try await view.response(to: .get()).status == .forbidden)
        let response = try await view.response(to: .get(user: "anna"))
        #expect(response.text == "0123456789" && response.headerFields[.cacheControl] == "private")
    }
}

extension DownloadResponse {
    /// The response with a further mark, which shows what was called in which order.
    fileprivate func marked(_ mark: String) -> DownloadResponse {
        var copy = self
        copy.headerFields[.contentLanguage] = (headerFields[.contentLanguage].map { "\($0), " } ?? "") + mark
        copy.headerFields[.contentLocation] = mark
        return copy
    }
}
