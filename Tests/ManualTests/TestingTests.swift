// sample: expect
import DownloadTesting
import Testing
import VirtualDownloads

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

// sample: routes
@Test func greets() async throws {
    let greeting = try await Router(Greetings().routes).response(to: .get("/greetings/Ada.txt"))
    expectDownload(greeting, content: "Hello Ada!\n", basename: "greeting.txt")
}

@Test func choosesColumns() async throws {
    let router = try Router(Selection().routes)
    let table = try await router.response(to: .post("/selection.csv", form: ["column": "id", "column": "a & b"]))
    expectDownload(table, content: "id,a & b\r\n", basename: "selection.csv")
}
// end

// sample: client
@Test func stopsWhenTheClientLeaves() async throws {
    let response = try await NumbersView().response(to: .get("/?count=1000000"), by: .leaving(after: 1000))
    #expect(response.clientHasLeft)
    #expect(response.generatedBytes < 2000)
}

@Test func givesTheSameToASlowClient() async throws {
    let expected = (0..<1000).map { number in Array("\(number)\n".utf8) }
    let response = try await NumbersView().response(to: .get("/"), by: .slow(taking: 10).comparing(with: expected))
    #expect(response.firstDifference == nil)
    #expect(response.contentBytes == 3890)
}
// end
