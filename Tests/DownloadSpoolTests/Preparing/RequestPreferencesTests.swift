import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@testable import DownloadSpool

@Suite struct RequestPreferencesTests {
    /// A request with fields as a client writes them.
    private func request(_ fields: [String: String], method: HTTPRequest.Method = .get) throws -> DownloadRequest {
        var all = HTTPFields()
        for (name, value) in fields { all[try #require(HTTPField.Name(name))] = value }
        return .make(method, "/report", headerFields: all)
    }

    private static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

    @Test(
        "A page is for a person's browser that opens a link",
        arguments: [
            (["Accept": browser], true),
            (["Accept": browser, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"], true),
            (["Accept": browser, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"], true),
            (["Accept": "text/html"], true),
            (["Accept": "text/html;q=0.9, */*;q=0.1"], true),
            // What has no word of a browser: curl, wget and Python's requests.
            ([:], false), (["Accept": "*/*"], false), (["Accept": "application/json"], false), (["Accept": ""], false),
            (["Accept": "text/csv, text/html;q=0"], false),
            // A script, a video element, a link with `download`.
            (["Accept": "*/*", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"], false),
            (["Accept": browser, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"], false),
            (["Accept": browser, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "video"], false),
            (["Accept": browser, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "empty"], false),
            // A download that is resumed.
            (["Accept": browser, "Range": "bytes=100-"], false),
        ] as [([String: String], Bool)]
    )
    func navigation(fields: [String: String], isNavigation: Bool) throws {
        #expect(try request(fields).isNavigation == isNavigation)
    }

    @Test("HEAD and POST open no page")
    func otherMethods() throws {
        for method in [HTTPRequest.Method.head, .post, .put] {
            #expect(try !request(["Accept": Self.browser], method: method).isNavigation)
        }
    }

    @Test(
        "A preference counts however it is written (RFC 7240)",
        arguments: [
            ("respond-async", 0), ("Respond-Async", 0), ("respond-async, wait=10", 10), ("wait=10,respond-async", 10),
            ("return=minimal, respond-async;foo=bar", 0), ("respond-async, wait=\"5\"", 5),
            ("respond-async, wait=99999999999", 3600), ("respond-async, wait=-1", 0), ("respond-async, wait=x", 0),
            ("wait=10", nil), ("", nil), ("respond-asynchronous", nil), ("x;respond-async", nil),
            ("handling=lenient", nil),
        ] as [(String, Int64?)]
    )
    func preferences(value: String, seconds: Int64?) throws {
        #expect(try request(["Prefer": value]).asynchronousWait == seconds.map { .seconds($0) })
    }
}
