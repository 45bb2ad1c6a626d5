import DownloadTesting
import HTTPTypes
import Testing
import VirtualDownloads

@Suite struct CrossOriginSharingTests {
    private static let sharing = CrossOriginSharing(origins: ["https://app.example"], allowsCredentials: true)

    private func response(
        _ method: HTTPRequest.Method = .get,
        _ target: String = "/",
        origin: String?,
        _ further: HTTPFields = [:],
        by sharing: CrossOriginSharing = sharing
    ) async throws -> RecordedResponse {
        var fields = further
        fields[.origin] = origin
        let middleware: [any DownloadMiddleware] = [sharing, BasicAuthentication(realm: "x") { _, _ in true }]
        return try await GreetingView().response(to: .make(method, target, headerFields: fields), through: middleware)
    }

    @Test(
        "A script of an allowed origin may read every answer: errors, 304, 404, 405, the refusal of another middleware"
    )
    func marksEveryAnswer() async throws {
        let password: HTTPFields = [.authorization: "Basic YTpi"]
        let cases: [(HTTPRequest.Method, String, HTTPFields, Int)] = [
            (.get, "/", password, 200), (.get, "/missing", password, 404), (.delete, "/", password, 405),
            (.get, "/", [.authorization: "Basic YTpi", .ifNoneMatch: "*"], 304), (.get, "/", [:], 401),
            (.options, "/", password, 200),
        ]
        for (method, target, fields, status) in cases {
            let response = try await response(method, target, origin: "https://app.example", fields)
            #expect(response.status.code == status)
            #expect(response.headerFields[.accessControlAllowOrigin] == "https://app.example")
            #expect(response.headerFields[.accessControlAllowCredentials] == "true")
            #expect(response.headerFields[.accessControlExposeHeaders]?.contains("Content-Disposition") == true)
            #expect(response.headerFields[values: .vary].contains("Origin"))
        }
    }

    @Test(
        "Another origin is told nothing, by which a browser knows, and caches are told on what it depends",
        arguments: [
            nil, "https://evil.example", "https://app.example:444", "http://app.example", "https://App.example", "null",
        ]
    )
    func tellsOthersNothing(origin: String?) async throws {
        for method in [HTTPRequest.Method.get, .options] {
            let fields: HTTPFields = [.authorization: "Basic YTpi", .accessControlRequestMethod: "GET"]
            let response = try await response(method, origin: origin, fields)
            #expect(response.headerFields[.accessControlAllowOrigin] == nil)
            #expect(response.headerFields[.accessControlAllowMethods] == nil)
            #expect(response.headerFields[values: .vary].contains("Origin"))
        }
    }

    @Test("The preflight is answered before whatever refuses a request without a password")
    func answersPreflight() async throws {
        let fields: HTTPFields = [.accessControlRequestMethod: "GET", .accessControlRequestHeaders: "range"]
        let preflight = try await response(.options, origin: "https://app.example", fields)
        #expect(preflight.status == .noContent && preflight.fileRequests == 0)
        #expect(preflight.headerFields[.accessControlAllowMethods] == "GET, HEAD")
        #expect(preflight.headerFields[.accessControlAllowHeaders]?.contains("Range") == true)
        #expect(preflight.headerFields[.accessControlMaxAge] == "600")
        #expect(preflight.headerFields[.accessControlAllowOrigin] == "https://app.example")
    }

    @Test("All origins may, but then never with a password or a cookie")
    func allowsAll() async throws {
        let open = CrossOriginSharing(allowsCredentials: true)
        let response = try await response(origin: "https://any.example", [.authorization: "Basic YTpi"], by: open)
        #expect(response.headerFields[.accessControlAllowOrigin] == "*")
        #expect(response.headerFields[.accessControlAllowCredentials] == nil && response.headerFields[.vary] == nil)
    }
}
