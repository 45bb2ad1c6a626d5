import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

/// One request for a file with the tag "abc", last modified on Sun, 09 Sep 2001 01:46:40 GMT.
struct PreconditionCase: Sendable, CustomTestStringConvertible {
    var name: String
    var method: HTTPRequest.Method
    var fields: HTTPFields
    var status: HTTPResponse.Status
    var file: StubFile

    init(
        _ name: String,
        _ method: HTTPRequest.Method,
        _ fields: HTTPFields,
        _ status: HTTPResponse.Status,
        file: StubFile = StubFile()
    ) {
        self.name = name
        self.method = method
        self.fields = fields
        self.status = status
        self.file = file
    }

    init(_ name: String, _ fields: HTTPFields, _ status: HTTPResponse.Status, file: StubFile = StubFile()) {
        self.init(name, .get, fields, status, file: file)
    }

    var testDescription: String { name }
}

@Suite struct PreconditionTests {
    static let date = "Sun, 09 Sep 2001 01:46:40 GMT"
    static let before = "Sun, 09 Sep 2001 01:46:39 GMT"
    static let after = "Sun, 09 Sep 2001 01:46:41 GMT"
    static let plain = StubFile()
        .with {
            $0.entityTag = nil
            $0.modificationDate = nil
        }

    static let cases: [PreconditionCase] = [
        .init("modified then", [.ifModifiedSince: date], .notModified),
        .init("a second before", [.ifModifiedSince: before], .ok),
        .init("a second after", [.ifModifiedSince: after], .notModified),
        .init("garbage", [.ifModifiedSince: "garbage"], .ok),
        .init("empty", [.ifModifiedSince: ""], .ok),
        .init("RFC 850", [.ifModifiedSince: "Sunday, 09-Sep-01 01:46:40 GMT"], .notModified),
        .init("asctime", [.ifModifiedSince: "Sun Sep  9 01:46:40 2001"], .notModified),
        .init("numeric zone", [.ifModifiedSince: "Sun, 09 Sep 2001 01:46:40 +0200"], .ok),
        .init("one-digit day", [.ifModifiedSince: "Sun, 9 Sep 2001 01:46:40 GMT"], .ok),
        .init("zone UTC", [.ifModifiedSince: "Sun, 09 Sep 2001 01:46:40 UTC"], .ok),
        .init("31 February", [.ifModifiedSince: "Sun, 31 Feb 2002 01:46:40 GMT"], .ok),
        .init("seconds", [.ifModifiedSince: "1000000000"], .ok),
        .init("lower case", [.ifModifiedSince: date.lowercased()], .ok),
        .init("POST", .post, [.ifModifiedSince: date], .ok),
        .init("the tag, GET", [.ifNoneMatch: "\"abc\""], .notModified),
        .init("the tag, HEAD", .head, [.ifNoneMatch: "\"abc\""], .notModified),
        .init("weak", [.ifNoneMatch: "W/\"abc\""], .notModified),
        .init("any", [.ifNoneMatch: "*"], .notModified),
        .init("in a list", [.ifNoneMatch: "\"x\", \"abc\""], .notModified),
        .init("another", [.ifNoneMatch: "\"x\""], .ok),
        .init("If-None-Match wins", [.ifNoneMatch: "\"x\"", .ifModifiedSince: date], .ok),
        .init("POST", .post, [.ifNoneMatch: "\"abc\""], .preconditionFailed),
        .init("If-Match another", [.ifMatch: "\"x\""], .preconditionFailed),
        .init("If-Match", [.ifMatch: "\"abc\""], .ok),
        .init("If-Match in a list", [.ifMatch: "\"x\", \"abc\""], .ok),
        .init("If-Match weak", [.ifMatch: "W/\"abc\""], .preconditionFailed),
        .init("If-Match no tag", [.ifMatch: "abc"], .preconditionFailed),
        .init("If-Match on a weak tag", [.ifMatch: "\"abc\""], .preconditionFailed, file: weak),
        .init("If-None-Match on a weak tag", [.ifNoneMatch: "\"abc\""], .notModified, file: weak),
        .init("If-Match any", [.ifMatch: "*"], .ok),
        .init("If-Unmodified-Since before", [.ifUnmodifiedSince: before], .preconditionFailed),
        .init("If-Unmodified-Since then", [.ifUnmodifiedSince: date], .ok),
        .init("If-Unmodified-Since garbage", [.ifUnmodifiedSince: "garbage"], .ok),
        .init("If-Match wins", [.ifMatch: "\"abc\"", .ifUnmodifiedSince: before], .ok),
        .init("If-Match before If-None-Match", [.ifMatch: "\"x\"", .ifNoneMatch: "\"abc\""], .preconditionFailed),
        .init("If-Match empty", [.ifMatch: ""], .ok),
        .init("If-Match empty counts as none", [.ifMatch: "", .ifUnmodifiedSince: before], .preconditionFailed),
        .init("If-None-Match empty counts as none", [.ifNoneMatch: "", .ifModifiedSince: date], .notModified),
        .init("both true", [.ifMatch: "\"abc\"", .ifNoneMatch: "\"abc\""], .notModified),
        .init("wrapper says no", [.ifModifiedSince: "garbage"], .notModified, file: unmodified),
        .init("wrapper is not asked", [.ifNoneMatch: "\"x\"", .ifModifiedSince: date], .ok, file: unmodified),
        .init("no validator", [.ifModifiedSince: "Sun, 09 Sep 2040 01:46:40 GMT"], .ok, file: plain),
        .init("no validator, If-Match", [.ifMatch: "\"abc\""], .preconditionFailed, file: plain),
        .init("no validator, If-Match any", [.ifMatch: "*"], .ok, file: plain),
        .init("no validator, If-None-Match", [.ifNoneMatch: "\"abc\""], .ok, file: plain),
        .init("no validator, If-Unmodified-Since", [.ifUnmodifiedSince: before], .ok, file: plain),
    ]

    static let weak = StubFile().with { $0.entityTag = EntityTag("abc", isWeak: true) }
    static let unmodified = StubFile().with { $0.modificationAnswer = false }

    @Test("Preconditions are those of RFC 9110 §13, in its order", arguments: cases)
    func followsPreconditions(row: PreconditionCase) async throws {
        var view = FileView { row.file }
        view.methods = [.get, .head, .post]
        view.cacheControl = "no-cache"
        view.vary = [.accept, .cookie]
        let response = try await view.response(to: .make(row.method, headerFields: row.fields))
        #expect(response.status == row.status)
        #expect(response.fileRequests == 1)
        #expect(response.isFinished && response.failure == nil)
        #expect(response.ranGenerator == (row.status == .ok && row.method != .head))
        if row.status == .notModified {
            #expect(response.headerFields[.eTag] == row.file.entityTag?.description)
            // The tag says all that the date would.
            #expect(response.headerFields[.lastModified] == nil)
            #expect(response.headerFields[.cacheControl] == "no-cache")
            #expect(response.headerFields[.vary] == "Accept, Cookie")
            #expect(response.headerFields[.contentLength] == nil)
            #expect(response.headerFields[.contentType] == nil)
            #expect(response.body.isEmpty)
        }
    }

    @Test("The size is not looked at when the wrapper was not modified")
    func leavesSizeAlone() async throws {
        let view = FileView { SizelessFile() }
        let response = try await view.response(to: .get(headerFields: [.ifModifiedSince: "x"]))
        #expect(response.status == .notModified)
    }

    @Test("Several field lines are one list")
    func joinsFieldLines() async throws {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .ifNoneMatch, value: "\"x\""))
        fields.append(HTTPField(name: .ifNoneMatch, value: "\"abc\""))
        let response = try await FileView { StubFile() }.response(to: .get(headerFields: fields))
        #expect(response.status == .notModified)
    }

    @Test(
        "A file that says it is newer than the request has the request's time as Last-Modified",
        arguments: [(-1, before), (0, date), (1, date)] as [(Int64, String)]
    )
    func lastModified(later: Int64, sent: String) async throws {
        let file = StubFile().with { $0.entityTag = nil }
        let view = FileView { file }
        var request = DownloadRequest.get()
        request.receivedAt = file.modificationDate.map { HTTPDate(secondsSince1970: $0.secondsSince1970 + later) }
        #expect(try await view.response(to: request).headerFields[.lastModified] == sent)
        // What was sent then is not the file's own time, so that the client asks in vain.
        request.http.headerFields[.ifModifiedSince] = sent
        #expect(try await view.response(to: request).status == (later < 0 ? .ok : .notModified))
    }
}

/// A file whose size must not be asked for.
private struct SizelessFile: DownloadFile {
    var name: String { "x.txt" }
    var size: Int64? {
        Issue.record("the size was looked at")
        return nil
    }
    func wasModified(since value: String) -> Bool? { false }
    func write(to sink: inout some ByteSink & ~Copyable) async throws {}
}
