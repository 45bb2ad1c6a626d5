// sample: expect
import DownloadTesting
import Testing

@testable import Manual

@Test func servesText() async throws {
    try await expectDownload(
        from: TextDownloadView(),
        content: "Hello world!\n",
        basename: "hello-world.txt",
        mimeType: "text/plain",
        attachment: true,
        size: 13
    )
}
// end

// sample: response
@Test func refusesStrangers() async throws {
    let response = try await AccountView().response(to: .get("/account"))
    #expect(response.status == .unauthorized)
    let account = try await AccountView().response(to: .get("/account", user: "anna"))
    #expect(account.text == "The account of anna\n")
}
// end
