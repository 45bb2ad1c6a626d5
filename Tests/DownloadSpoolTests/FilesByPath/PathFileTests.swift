import DownloadCore
import DownloadTesting
import Foundation
import Glibc
import HTTPTypes
import TestSupport
import Testing

@testable import DownloadSpool

@Suite struct PathFileTests {
    private let folder: TemporaryFolder
    private let text = (0..<20_000).map { "line \($0)\n" }.joined()

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(text, to: "lines.txt")
        // So long ago that its time says which content it is.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)],
            ofItemAtPath: folder.file("lines.txt")
        )
    }

    private var view: PathDownloadView { PathDownloadView(FileRoot(folder.path)) }

    private func get(_ path: String, _ fields: HTTPFields = [:]) async throws -> RecordedResponse {
        try await view.response(to: .get("/files", headerFields: fields, parameters: ["path": path]))
    }

    @Test("Name, size, date and tag are those of the open file")
    func metadata() async throws {
        let response = try await get("lines.txt")
        #expect(response.status == .ok)
        #expect(response.body == Array(text.utf8))
        #expect(response.headerFields[.contentLength] == String(text.utf8.count))
        #expect(response.headerFields[.lastModified] == "Tue, 14 Nov 2023 22:13:20 GMT")
        #expect(response.headerFields[.contentType] == "text/plain; charset=utf-8")
        #expect(response.headerFields[.contentDisposition] == "attachment; filename=\"lines.txt\"")
        #expect(response.headerFields[.eTag]?.hasPrefix("\"") == true)
    }

    @Test("Ranges start in the middle, and resume by the tag or the date")
    func ranges() async throws {
        let tag = try #require(try await get("lines.txt").headerFields[.eTag])
        for fields: HTTPFields in [
            [.range: "bytes=100000-100009"], [.range: "bytes=100000-100009", .ifRange: tag],
            [.range: "bytes=100000-100009", .ifRange: "Tue, 14 Nov 2023 22:13:20 GMT"],
        ] {
            let part = try await get("lines.txt", fields)
            #expect(part.status == .partialContent)
            #expect(part.body == Array(Array(text.utf8)[100_000...100_009]))
        }
        #expect(try await get("lines.txt", [.range: "bytes=100000-", .ifRange: "\"other\""]).status == .ok)
        #expect(try await get("lines.txt", [.ifNoneMatch: tag]).status == .notModified)
    }

    @Test("The tag is equal on every machine, and another for every change of the content")
    func tags() throws {
        func tag(size: Int64 = 1, modified: Int64 = 5, path: String = "a", now: Int64 = 1_000_000_000_000) -> EntityTag
        {
            FileVersion(size: size, modified: modified, changed: 0).tag(of: path, at: now)
        }
        #expect(tag() == tag())
        #expect(FileVersion(size: 1, modified: 5, changed: 9, linkCount: 3).tag(of: "a", at: 1 << 40) == tag())
        #expect(Set([tag(), tag(size: 2), tag(modified: 6), tag(path: "b")]).count == 4)
        #expect(!tag().isWeak)
        // A further change could have the same time.
        #expect(tag(modified: 1_000, now: 1_000 + 19_999_999).isWeak)
        #expect(!tag(modified: 1_000, now: 1_000 + 20_000_001).isWeak)
    }

    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isSame: Bool
        var version: FileVersion
    }

    @Test(
        "What counts as a change while a file is sent",
        arguments: [
            Change(testDescription: "nothing", isSame: true, version: FileVersion(size: 9, modified: 5, changed: 5)),
            Change(testDescription: "size", isSame: false, version: FileVersion(size: 8, modified: 5, changed: 5)),
            Change(
                testDescription: "written to",
                isSame: false,
                version: FileVersion(size: 9, modified: 6, changed: 6)
            ),
            Change(
                testDescription: "written to, and the time set back",
                isSame: false,
                version: FileVersion(size: 9, modified: 5, changed: 7)
            ),
            Change(
                testDescription: "another file has taken its name",
                isSame: true,
                version: FileVersion(size: 9, modified: 5, changed: 7, linkCount: 0)
            ),
        ]
    )
    func changes(change: Change) {
        let before = FileVersion(size: 9, modified: 5, changed: 5)
        #expect(change.version.isSameContent(as: before) == change.isSame)
    }

    @Test("A file that changes while it is sent fails visibly", arguments: ["truncated", "longer", "overwritten"])
    func changesWhileSent(how: String) async throws {
        let path = folder.file("lines.txt")
        let file = try await PathFile("lines.txt", in: FileRoot(folder.path))
        let received = Received(allowance: 1)
        let task = Task {
            var client = Client(received: received)
            try await file.write(to: &client)
        }
        #expect(await eventually { received.count > 0 })
        switch how {
        case "truncated": #expect(unsafe truncate(path, 100_000) == 0)
        case "longer": try (text + "more").write(toFile: path, atomically: false, encoding: .utf8)
        default: try text.replacing("line", with: "LINE").write(toFile: path, atomically: false, encoding: .utf8)
        }
        received.allow(.max)
        await #expect(throws: FileChanged.self) { try await task.value }
    }

    @Test("A file that is replaced or removed while it is sent arrives whole")
    func replacedWhileSent() async throws {
        let file = try await PathFile("lines.txt", in: FileRoot(folder.path))
        let received = Received(allowance: 1)
        let task = Task {
            var client = Client(received: received)
            try await file.write(to: &client)
        }
        #expect(await eventually { received.count > 0 })
        try "new".write(toFile: folder.file("lines.txt"), atomically: true, encoding: .utf8)
        received.allow(.max)
        try await task.value
        #expect(received.bytes == Array(text.utf8))
    }

    @Test("What is not a file is answered 404, and nothing of the disk is told")
    func notFound() async throws {
        for path in ["missing", "../x", "/etc/passwd", ""] {
            let response = try await get(path)
            #expect(response.status == .notFound)
            #expect(!String(decoding: response.body, as: UTF8.self).contains(folder.path))
        }
    }
}
