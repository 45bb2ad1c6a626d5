import DownloadCore
import DownloadFoundation
import DownloadTesting
import Foundation
import Testing

@Suite struct FoundationTests {
    @Test("A date is the second in which it lies, and comes back as its beginning")
    func convertsDates() {
        #expect(HTTPDate(Date(timeIntervalSince1970: 1_000_000_000.999)).secondsSince1970 == 1_000_000_000)
        #expect(HTTPDate(Date(timeIntervalSince1970: -0.5)).secondsSince1970 == -1)
        #expect(HTTPDate(Date(timeIntervalSince1970: 1e300)).secondsSince1970 == .max)
        #expect(HTTPDate(Date(timeIntervalSince1970: -.infinity)).secondsSince1970 == .min)
        #expect(HTTPDate(Date(timeIntervalSince1970: .nan)).secondsSince1970 == 0)
        #expect(Date(HTTPDate(secondsSince1970: 1_000_000_000)) == Date(timeIntervalSince1970: 1_000_000_000))
    }

    @Test("Data is a file's content, a generator's piece, and what a closure writes")
    func servesData() async throws {
        let data = Data("Hello ".utf8)
        let rest = Data("..world!".utf8).dropFirst(2)
        try await expectDownload(from: DataView { ContentFile(data + rest, name: "h.txt") }, size: 12)
        for view in [
            DataView { VirtualFile(BytesIteratorIO([data, Data(), rest]), name: "h.txt") },
            DataView { VirtualFile(BytesIO(data + rest), name: "h.txt") },
            DataView {
                VirtualFile(name: "h.txt") { sink in
                    try await sink.write(data)
                    try await sink.write(rest)
                }
            },
        ] {
            try await expectDownload(from: view, content: "Hello world!", basename: "h.txt")
        }
    }

    @Test("A redirect takes a URL, and a request has its content as Data")
    func convertsTheRest() throws {
        let url = try #require(URL(string: "https://example.org/a%20b?c=d"))
        #expect(DownloadRedirect(to: url).location == "https://example.org/a%20b?c=d")
        var request = DownloadRequest.get("/")
        request.body = [1, 2, 3]
        #expect(request.bodyData == Data([1, 2, 3]))
    }
}

private struct DataView: VirtualDownloadView {
    let file: @Sendable () -> AnyDownloadFile

    init<File: DownloadFile & SendableMetatype>(_ file: @escaping @Sendable () -> File) {
        self.file = { AnyDownloadFile(file()) }
    }

    func file(for request: DownloadRequest) -> AnyDownloadFile { file() }
}
