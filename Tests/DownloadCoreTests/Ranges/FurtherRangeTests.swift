import DownloadCore
import DownloadTesting
import HTTPTypes
import TestSupport
import Testing

/// Requests at the edges of RFC 9110 §13 and §14, beyond the tables of ``RangeTests`` and ``PreconditionTests``.
@Suite struct FurtherRangeTests {
    private static let date = PreconditionTests.date
    private static let thirtyNines = String(repeating: "9", count: 30)

    static let ranges: [(range: String, code: Int, contentRange: String?, text: String?)] = [
        // 2^63 and its neighbours, 2^64, thirty digits.
        ("bytes=9223372036854775807-", 416, "bytes */10", nil),
        ("bytes=9223372036854775808-9223372036854775809", 416, "bytes */10", nil),
        ("bytes=18446744073709551615-", 416, "bytes */10", nil),
        ("bytes=18446744073709551616-", 416, "bytes */10", nil),
        ("bytes=\(thirtyNines)-\(thirtyNines)", 416, "bytes */10", nil),
        ("bytes=9-9223372036854775808", 206, "bytes 9-9/10", "9"),
        ("bytes=0-18446744073709551616", 206, "bytes 0-9/10", "0123456789"),
        ("bytes=7-\(thirtyNines)", 206, "bytes 7-9/10", "789"),
        ("bytes=-\(thirtyNines)", 206, "bytes 0-9/10", "0123456789"),
        ("bytes=-9223372036854775808", 206, "bytes 0-9/10", "0123456789"),
        // A wrapped number must not become a small one.
        ("bytes=18446744073709551618-3", 200, nil, "0123456789"), ("bytes=\(thirtyNines)-0", 200, nil, "0123456789"),
        ("bytes=\(thirtyNines)-,1-2", 206, "bytes 1-2/10", "12"),
        ("bytes=1-2,\(thirtyNines)-", 206, "bytes 1-2/10", "12"),
        // One invalid member makes all of it invalid, wherever it stands.
        ("bytes=1-2,3-2", 200, nil, "0123456789"), ("bytes=3-2,1-2", 200, nil, "0123456789"),
        ("bytes=1-2,x", 200, nil, "0123456789"), ("bytes=20-30,3-2", 200, nil, "0123456789"),
        ("bytes=1-2, bytes=4-5", 200, nil, "0123456789"), ("bytes=1-2,-", 200, nil, "0123456789"),
        // Overlaps, repeats and nests.
        ("bytes=2-8,3-4", 206, "bytes 2-8/10", "2345678"), ("bytes=3-4,2-8", 206, "bytes 2-8/10", "2345678"),
        ("bytes=0-,-10", 206, "bytes 0-9/10", "0123456789"), ("bytes=5-,-5,5-9", 206, "bytes 5-9/10", "56789"),
        ("bytes=4-5,-5,9-,6-6", 206, "bytes 4-9/10", "456789"), ("bytes=0-0,-0", 206, "bytes 0-0/10", "0"),
        ("bytes=-0,10-", 416, "bytes */10", nil), ("bytes=10-,11-,12-13", 416, "bytes */10", nil),
        // Other units and other spellings.
        ("Bytes=0-0", 206, "bytes 0-0/10", "0"), ("bytes=0-0\t ", 206, "bytes 0-0/10", "0"),
        ("seconds=1-2", 200, nil, "0123456789"), ("bytes,items=0-1", 200, nil, "0123456789"),
        ("none", 200, nil, "0123456789"), ("bytes=*", 200, nil, "0123456789"), ("bytes=1e0-2", 200, nil, "0123456789"),
        ("bytes=٠-٣", 200, nil, "0123456789"), ("bytes=0–3", 200, nil, "0123456789"),
        ("bytes==0-3", 200, nil, "0123456789"),
    ]

    @Test("A Range at the edges selects what RFC 9110 §14 says", arguments: ranges, Seeking.allCases)
    func selects(row: (range: String, code: Int, contentRange: String?, text: String?), seeking: Seeking) async throws {
        let response = try await FileView { seeking.file }.response(to: .get(headerFields: [.range: row.range]))
        #expect(response.status.code == row.code)
        #expect(response.headerFields[.contentRange] == row.contentRange)
        if let text = row.text { #expect(response.text == text) }
        #expect(response.headerFields[.contentLength] == String(response.body.count))
        #expect(response.headerFields[.acceptRanges] == "bytes")
        #expect(response.ranGenerator == (row.code != 416))
        // The answer to HEAD is that to a GET without Range (RFC 9110 §14.2), whatever the field says.
        let head = try await FileView { seeking.file }.response(to: .head(headerFields: [.range: row.range]))
        #expect(head.status == .ok && head.body.isEmpty && !head.ranGenerator)
        #expect(head.headerFields[.contentLength] == "10")
        #expect(head.headerFields[.contentRange] == nil)
    }

    static let ofNothing: [(range: String, code: Int)] = [
        ("bytes=0-", 416), ("bytes=0-0", 416), ("bytes=1-", 416), ("bytes=-0", 416), ("bytes=0-,-0", 416),
        // The last bytes of nothing are all of it: satisfiable, though no Content-Range can say so.
        ("bytes=-1", 200), ("bytes=-\(thirtyNines)", 200), ("bytes=0-,-1", 200), ("bytes=1-0", 200), ("bytes=", 200),
    ]

    @Test("Of an empty file only the last bytes are satisfiable", arguments: ofNothing, Seeking.allCases)
    func selectsOfNothing(row: (range: String, code: Int), seeking: Seeking) async throws {
        let file = seeking.file
            .with {
                $0.bytes = []
                $0.size = 0
            }
        let response = try await FileView { file }.response(to: .get(headerFields: [.range: row.range]))
        #expect(response.status.code == row.code)
        #expect(response.headerFields[.contentRange] == (row.code == 416 ? "bytes */0" : nil))
        #expect(response.headerFields[.contentLength] == String(response.body.count))
        if row.code == 200 { #expect(response.body.isEmpty) }
    }

    static let ifRanges: [(value: String, code: Int)] = [
        ("\"abc\"", 206), ("\"ABC\"", 200), ("\"abc\" ", 206), ("\"abc\", \"abc\"", 200), ("W/\"abc\"", 200),
        ("abc", 200),
        ("\"\"", 200), ("\"a\u{62}c\"", 206), ("*", 200), ("\"*\"", 200), ("", 200),
        // A date counts if it is the file's own, in whichever form: no two contents of a file share one.
        (date, 206), ("Sunday, 09-Sep-01 01:46:40 GMT", 206), ("Sun Sep  9 01:46:40 2001", 206),
        (PreconditionTests.before, 200), (PreconditionTests.after, 200), ("Fri, 31 Dec 9999 23:59:59 GMT", 200),
        ("Sun, 09 Sep 2001 01:46:40 UTC", 200), ("Sun, 09 Sep 2001 03:46:40 +0200", 200),
        ("Sun, 9 Sep 2001 01:46:40 GMT", 200),
        ("Mon, 09 Sep 2001 01:46:40 GMT", 200), ("sun, 09 sep 2001 01:46:40 gmt", 200), ("1000000000", 200),
        ("\(date), \(date)", 200), ("\"\(date)\"", 200),
    ]

    @Test("If-Range lets a range count for this very content only", arguments: ifRanges)
    func honoursIfRange(value: String, code: Int) async throws {
        let field = HTTPField(name: .ifRange, value: value)
        var fields: HTTPFields = [.range: "bytes=2-4"]
        fields.append(field)
        let response = try await FileView { StubFile() }.response(to: .get(headerFields: fields))
        #expect(response.status.code == code)
        #expect(response.text == (code == 206 ? "234" : "0123456789"))
        // What can't be satisfied is not even looked at when the condition is false.
        fields[.range] = "bytes=10-"
        let beyond = try await FileView { StubFile() }.response(to: .get(headerFields: fields))
        #expect(beyond.status.code == (code == 206 ? 416 : 200))
    }

    @Test("A date is neither a condition for a file that has none nor a tag")
    func needsDateForDate() async throws {
        let undated = StubFile().with { $0.modificationDate = nil }
        let fields: HTTPFields = [.range: "bytes=2-4", .ifRange: Self.date]
        #expect(try await FileView { undated }.response(to: .get(headerFields: fields)).status == .ok)
        let named = undated.with { $0.entityTag = EntityTag(Self.date) }
        #expect(try await FileView { named }.response(to: .get(headerFields: fields)).status == .ok)
    }

    @Test("Lines of the same name are one list")
    func joinsLines() async throws {
        func response(_ fields: [(HTTPField.Name, String)]) async throws -> RecordedResponse {
            var header = HTTPFields()
            for (name, value) in fields { header.append(HTTPField(name: name, value: value)) }
            return try await FileView { StubFile() }.response(to: .get(headerFields: header))
        }
        #expect(try await response([(.ifNoneMatch, "\"x\""), (.ifNoneMatch, "\"abc\"")]).status == .notModified)
        #expect(try await response([(.ifMatch, "\"x\""), (.ifMatch, "\"abc\"")]).status == .ok)
        #expect(try await response([(.range, "bytes=0-1"), (.range, "bytes=3-4")]).status == .ok)
        #expect(try await response([(.range, "bytes=0-1"), (.range, "4-5")]).status == .partialContent)
        #expect(try await response([(.ifModifiedSince, Self.date), (.ifModifiedSince, Self.date)]).status == .ok)
        #expect(try await response([(.ifNoneMatch, "*"), (.ifNoneMatch, "\"x\"")]).status == .ok)
    }

    static let conditions: [(fields: HTTPFields, get: Int, post: Int)] = [
        // Strong comparison for If-Match, weak for If-None-Match (RFC 9110 §8.8.3.2).
        ([.ifMatch: "W/\"abc\""], 412, 412), ([.ifMatch: "W/\"abc\", \"abc\""], 200, 200), ([.ifMatch: "*"], 200, 200),
        ([.ifMatch: "\"x\", \"y\", \"abc\""], 200, 200), ([.ifMatch: "\"x,abc\""], 412, 412),
        ([.ifMatch: "abc"], 412, 412),
        ([.ifMatch: "*, \"abc\""], 412, 412), ([.ifMatch: "\"abc"], 412, 412), ([.ifMatch: ",, \"abc\" ,"], 200, 200),
        ([.ifNoneMatch: "W/\"abc\""], 304, 412), ([.ifNoneMatch: "\"x\", W/\"abc\""], 304, 412),
        ([.ifNoneMatch: "*"], 304, 412), ([.ifNoneMatch: "\"x\",\"abc\""], 304, 412),
        ([.ifNoneMatch: "\"x, abc\""], 200, 200),
        ([.ifNoneMatch: "w/\"abc\""], 200, 200), ([.ifNoneMatch: "abc"], 200, 200), ([.ifNoneMatch: "\"\""], 200, 200),
        // In the order of RFC 9110 §13.2.2.
        ([.ifMatch: "\"abc\"", .ifUnmodifiedSince: PreconditionTests.before], 200, 200),
        ([.ifMatch: "\"x\"", .ifNoneMatch: "\"abc\""], 412, 412),
        ([.ifMatch: "\"abc\"", .ifNoneMatch: "\"abc\""], 304, 412),
        ([.ifUnmodifiedSince: PreconditionTests.before, .ifNoneMatch: "\"abc\""], 412, 412),
        ([.ifUnmodifiedSince: date, .ifModifiedSince: date], 304, 200),
        ([.ifNoneMatch: "\"x\"", .ifModifiedSince: PreconditionTests.after], 200, 200),
        ([.ifUnmodifiedSince: "garbage"], 200, 200), ([.ifUnmodifiedSince: "Sun Sep  9 01:46:39 2001"], 412, 412),
        ([.ifUnmodifiedSince: "Sunday, 09-Sep-01 01:46:39 GMT"], 412, 412),
        // Before Range, and before If-Range.
        ([.ifMatch: "\"x\"", .range: "bytes=0-1"], 412, 412),
        ([.ifModifiedSince: date, .range: "bytes=20-"], 304, 200),
        ([.ifNoneMatch: "\"x\"", .range: "bytes=20-"], 416, 200),
        ([.ifMatch: "\"abc\"", .ifRange: "\"x\"", .range: "bytes=0-1"], 200, 200),
    ]

    @Test("Conditions are looked at in their order, and of reads and writes each in its way", arguments: conditions)
    func ordersConditions(row: (fields: HTTPFields, get: Int, post: Int)) async throws {
        var view = FileView { StubFile() }
        view.methods = [.get, .head, .post]
        for (method, code) in [
            (HTTPRequest.Method.get, row.get), (.head, row.get == 416 ? 200 : row.get), (.post, row.post),
        ] {
            let response = try await view.response(to: .make(method, headerFields: row.fields))
            #expect(response.status.code == code, "\(method)")
            #expect(response.ranGenerator == (code == 200 && method != .head), "\(method)")
            #expect(response.fileRequests == 1)
            if code == 304 {
                #expect(response.headerFields[.eTag] == "\"abc\"")
                #expect(response.body.isEmpty && response.headerFields[.contentLength] == nil)
            }
        }
    }

    @Test("A multipart answer has the length it declares, whatever its ranges are", arguments: 0..<200)
    func declaresExactLength(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 1...40, using: &random)
        let size = Int.random(in: 1...3000, using: &random)
        let specs = (0..<count)
            .map { _ in
                let first = Int.random(in: 0...size + 5, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: return "-\(Int.random(in: 0...size, using: &random))"
                case 1: return "\(first)-"
                default: return "\(first)-\(first + Int.random(in: 0...30, using: &random))"
                }
            }
        let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
        let file = StubFile()
            .with {
                $0.bytes = bytes
                $0.size = Int64(size)
                $0.pieceSize = Int.random(in: 1...100, using: &random)
                $0.isSeekable = true
            }
        let range = "bytes=" + specs.joined(separator: ",")
        let response = try await FileView { file }.response(to: .get(headerFields: [.range: range]))
        #expect(response.isFinished && response.failure == nil)
        #expect(response.headerFields[.contentLength] == String(response.body.count))
        guard let type = response.headerFields[.contentType], type.hasPrefix("multipart/") else { return }
        #expect(response.headerFields[.contentRange] == nil)
        for part in response.text.components(of: "Content-Range: bytes ") {
            #expect(part.hasSuffix("/\(size)"))
        }
    }
}

extension String {
    /// The rest of each line that begins so.
    fileprivate func components(of start: String) -> [Substring] {
        split(separator: "\r\n").filter { $0.hasPrefix(start) }
    }
}
