import DownloadTesting
import Testing
import VirtualDownloads

/// This file imports what README has a user import, and no more: that it compiles is a part of the test.
@Suite struct ImportTests {
    @Test("A view names methods and header fields with the imports that README has")
    func namesHTTPTypes() async throws {
        let router = try Router(Routes { Route("/orders", OrdersView()) })
        let response = try await router.response(to: .make(.post, "/orders", headerFields: [.cookie: "session=1"]))
        #expect(response.status == .ok)
        #expect(response.headerFields[.vary] == "Cookie")
        #expect(response.headerFields[.contentLanguage] == "de")
    }
}

private struct OrdersView: VirtualDownloadView {
    let methods: [HTTPRequest.Method] = [.get, .head, .post]
    let vary: [HTTPField.Name] = [.cookie]

    func file(for request: DownloadRequest) throws -> ContentFile {
        guard request.method == .post, request.headerFields[.cookie] != nil else { throw DownloadError(.forbidden) }
        return ContentFile("order\n", name: "orders.csv")
    }

    func downloadResponse(
        _ response: DownloadResponse,
        for file: ContentFile,
        to request: DownloadRequest
    ) -> DownloadResponse {
        var response = response
        response.headerFields[.contentLanguage] = "de"
        return response
    }
}
