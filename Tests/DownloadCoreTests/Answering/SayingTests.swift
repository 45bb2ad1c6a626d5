import DownloadTesting
import HTTPTypes
import Testing

@testable import DownloadCore

/// What is said although it goes without saying, since a web server, a cache or a client would guess otherwise.
@Suite struct SayingTests {
    static let errors: [DownloadError] = [
        DownloadError(.badRequest), DownloadError(.forbidden), DownloadError(.notFound), DownloadError(.conflict),
        DownloadError(.gone), DownloadError(.tooManyRequests), DownloadError(.internalServerError),
        DownloadError(.serviceUnavailable),
        .unauthorized(challenge: "Basic"), .methodNotAllowed(allow: [.get]),
    ]

    @Test("No cache keeps an error, unless it says so", arguments: errors)
    func isNotKept(error: DownloadError) {
        var error = error
        #expect(error.response(to: .get()).headerFields[.cacheControl] == "no-store")
        error.headerFields[.cacheControl] = "max-age=60"
        #expect(error.response(to: .get()).headerFields[.cacheControl] == "max-age=60")
    }

    @Test("An error has a type, a length and nosniff", arguments: errors)
    func isDescribed(error: DownloadError) async throws {
        let response = try await FailingView(error: error).response(to: .get())
        #expect(response.headerFields[.contentType] == "text/plain; charset=utf-8")
        #expect(response.headerFields[.xContentTypeOptions] == "nosniff")
        #expect(response.headerFields[.contentLength] == String(response.body.count))
    }

    static let answers: [(response: DownloadResponse, ranges: String?, type: String?, length: String?)] = [
        (DownloadResponse(status: .ok, content: .bytes([1])), "none", "application/octet-stream", "1"),
        (DownloadResponse(status: .ok), "none", nil, "0"),
        (
            DownloadResponse(
                status: .ok,
                headerFields: [.acceptRanges: "bytes", .contentType: "a/b"],
                content: .bytes([1])
            ),
            "bytes", "a/b", "1"
        ),
        (DownloadResponse(status: .accepted, content: .bytes([1])), nil, "application/octet-stream", "1"),
        (DownloadResponse(status: .noContent), nil, nil, nil), (DownloadResponse(status: .notModified), nil, nil, nil),
        (DownloadResponse(status: .resetContent), nil, nil, nil), (DownloadResponse(status: .notFound), nil, nil, "0"),
    ]

    @Test("An answer from memory says whether there are ranges, and what it is", arguments: answers)
    func says(row: (response: DownloadResponse, ranges: String?, type: String?, length: String?)) async throws {
        for method in [HTTPRequest.Method.get, .head] {
            let fields = try await Sends(response: row.response).response(to: .make(method)).headerFields
            #expect(fields[.acceptRanges] == row.ranges)
            #expect(fields[.contentType] == row.type)
            #expect(fields[.contentLength] == row.length)
            #expect(fields[.xContentTypeOptions] == (row.type == "application/octet-stream" ? "nosniff" : nil))
        }
        let other = try await Sends(response: row.response).response(to: .make(.options)).headerFields
        #expect(other[.acceptRanges] == row.response.headerFields[.acceptRanges])
    }

    @Test(
        "Of what a hook puts in the place of the file no part can be had, unless it says so",
        arguments: [nil, "bytes"]
    )
    func hook(ranges: String?) async throws {
        let view = Replaced(ranges: ranges)
        for fields in [[:], [.range: "bytes=0-0"]] as [HTTPFields] {
            let response = try await view.response(to: .get(headerFields: fields))
            #expect(response.status == .ok && response.text == "other")
            #expect(response.headerFields[.acceptRanges] == (ranges == nil ? "none" : "x-\(ranges ?? "")"))
        }
    }
}

private struct FailingView: VirtualDownloadView {
    var error: DownloadError

    func file(for request: DownloadRequest) throws -> ContentFile { throw error }
}

private struct Sends: RequestHandler {
    var response: DownloadResponse

    func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws {
        try await sink.send(response, for: request.method)
    }
}

private struct Replaced: VirtualDownloadView {
    var ranges: String?

    func file(for request: DownloadRequest) -> ContentFile {
        ContentFile("0123456789", name: "a.txt").validated(by: EntityTag("a"))
    }

    func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var response = response
        response.content = .bytes(Array("other".utf8))
        if let ranges { response.headerFields[.acceptRanges] = "x-\(ranges)" }
        return response
    }
}
