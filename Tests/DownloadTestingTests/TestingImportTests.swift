import DownloadTesting
import Testing

/// This file imports what README has a test import, beside the program under test: that it compiles is a part of the
/// test.
@Suite struct TestingImportTests {
    @Test("A test builds requests and compares header fields with the imports that README has")
    func namesRequests() async throws {
        var request = DownloadRequest.get("/hello", headerFields: [.range: "bytes=0-3"])
        #expect(try await HelloView().response(to: request).headerFields[.acceptRanges] == "none")
        request.http.method = .head
        #expect(try await HelloView().response(to: request).status == .ok)
    }
}

private struct HelloView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile { ContentFile("Hello world!\n", name: "hello.txt") }
}
