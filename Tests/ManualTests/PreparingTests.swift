import DownloadSpool
import DownloadTesting
import Foundation
import HTTPTypes
import SignedLinks
import Testing
import VirtualDownloads

/// Prepared downloads that only who has a link may have.
@Suite(.timeLimit(.minutes(60))) struct PreparingTests {
    /// One that takes longer than a test.
    private struct LongView: VirtualDownloadView {
        func file(for request: DownloadRequest) -> some DownloadFile {
            VirtualFile(name: "long.txt") { sink in
                try await sink.write("some")
                try await Task.sleep(for: .seconds(3600))
            }
            .validated(by: EntityTag("long"))
        }
    }

    @Test(
        "A signed link to a prepared view is good for all that its page asks, whichever came first",
        arguments: [true, false]
    )
    func signedLinks(isSignedFirst: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/prepared-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let spool = try Spool(folder + "/spool")
        let signer = try LinkSigner(keys: [SigningKey(id: "a", bytes: Array(repeating: 7, count: 32))])
        let route =
            isSignedFirst
            ? Route("/long", LongView().signed(by: signer).prepared(in: spool, abandonedAfter: .seconds(300)))
            : Route("/long", LongView().prepared(in: spool, abandonedAfter: .seconds(300)).signed(by: signer))
        let router = try Router(Routes { route })
        func answer(_ target: String, _ fields: HTTPFields = [:]) async throws -> RecordedResponse {
            try await router.response(to: .get(target, headerFields: fields))
        }
        let prefer = try #require(HTTPField.Name("Prefer"))
        let link = try signer.link(to: "/long", validFor: .seconds(600))
        let other = try signer.link(to: "/long", validFor: .seconds(700))
        #expect(try await answer("/long", [prefer: "respond-async"]).status == .forbidden)
        let accepted = try await answer(link, [prefer: "respond-async"])
        #expect(accepted.status == .accepted)
        let status = try #require(accepted.headerFields[.location])
        #expect(status.hasPrefix("\(link)&preparation="))
        #expect(try await answer(status).status == .ok)
        // Not without the signature, and not with that of another link.
        let step = try #require(status.split(separator: "&").last)
        #expect(try await answer("/long?\(step)").status == .forbidden)
        #expect(try await answer("\(other)&\(step)").status == .notFound)
        let page = try await answer(link, [.accept: "text/html"])
        #expect(page.status == .ok && page.text.contains("long.txt"))
    }
}
