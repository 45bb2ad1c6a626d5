import DownloadCore
import DownloadTesting
import Foundation
import HTTPTypes
import Testing

@testable import VirtualDownloads

@Suite struct SystemMediaTypeTests {
    /// A table in a file of its own, gone when `body` ends.
    private static func withFile<Result>(
        _ bytes: [UInt8],
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "mime-\(UUID().uuidString).types")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await body(file.path)
    }

    private static let text = """
        # A comment
        application/x-own\t\t\town OWN2
        text/x-table csv
        text/x-pair\tpair.own
        image/svg+xml svg svgz
        no-type txt
        """

    static let names: [(name: String, type: String?)] = [
        ("a.own", "application/x-own"), ("A.OWN", "application/x-own"), ("a.own2", "application/x-own"),
        // Over the built-in table where both know an ending, and beside it where it is alone.
        ("a.csv", "text/x-table; charset=utf-8"), ("a.CSV", "text/x-table; charset=utf-8"),
        ("a.pdf", "application/pdf"),
        ("a.txt", "text/plain; charset=utf-8"), ("a.tar.gz", "application/gzip"),
        // The longer ending counts.
        ("a.pair.own", "text/x-pair; charset=utf-8"), ("a.Pair.Own", "text/x-pair; charset=utf-8"),
        ("pair.own", "application/x-own"),
        // Of what is packed, as it is: no Content-Encoding tells the client to unpack it.
        ("a.svgz", "application/gzip"), ("a.svg", "image/svg+xml"),
        ("a.unheard-of", "application/octet-stream"), ("own", "application/octet-stream"),
    ]

    @Test("A name has the type of the system's table, or else of the built-in one")
    func prefersSystem() async throws {
        try await Self.withFile(Array(Self.text.utf8)) { path in
            let table = MediaTypeTable.system(at: path)
            for (name, type) in Self.names {
                let view = TypedView(name: name)
                let router = try Router(Routes { Route("/file", view) }, mediaTypes: table)
                let response = try await router.response(to: .get("/file"))
                #expect(response.headerFields[.contentType] == type, "\(name)")
                let part = try await router.response(to: .get("/file", headerFields: [.range: "bytes=0-0,2-2"]))
                #expect(part.status == .partialContent)
                #expect(part.text.contains("\r\nContent-Type: \(type ?? "")\r\n"), "\(name)")
            }
        }
    }

    @Test("What the view says, and then the file, comes before any table, which is not even read")
    func prefersView() async throws {
        let read = Flag()
        @Sendable func table() -> MediaTypeTable {
            read.isSet = true
            return .builtIn
        }
        let routes = Routes {
            Route("/view", TypedView(name: "a.csv", mimeType: "text/x-view", typeOfFile: "text/x-file"))
            Route("/file", TypedView(name: "a.csv", typeOfFile: "text/x-file"))
            Route("/name", TypedView(name: "a.csv"))
        }
        let router = try Router(routes, mediaTypes: table())
        let tag: HTTPFields = [.ifNoneMatch: "\"tag\""]
        #expect(try await router.response(to: .get("/name", headerFields: tag)).status == .notModified)
        let view = try await router.response(to: .get("/view"))
        #expect(view.headerFields[.contentType] == "text/x-view; charset=utf-8")
        let file = try await router.response(to: .get("/file"))
        #expect(file.headerFields[.contentType] == "text/x-file; charset=utf-8")
        #expect(!read.isSet)
        let name = try await router.response(to: .get("/name"))
        #expect(name.headerFields[.contentType] == "text/csv; charset=utf-8")
        #expect(read.isSet)
    }

    @Test(
        "Without such a file the built-in table stands alone",
        arguments: ["/nowhere/mime.types", "/", "/dev/zero", ""]
    )
    func doesWithout(path: String) {
        #expect(MediaTypeTable.system(at: path).count == MediaTypeTable.builtIn.count)
    }

    @Test("A file of no use does no harm")
    func survivesGarbage() async throws {
        for bytes in [[], [0], Array(repeating: 0xff, count: 1000), Array("text/plain".utf8)] as [[UInt8]] {
            let table = try await Self.withFile(bytes) { MediaTypeTable.system(at: $0) }
            #expect(table.mediaType(forName: "a.pdf") == "application/pdf")
        }
    }

    @Test(
        "The running program answers by the system's own table",
        .enabled(if: FileManager.default.fileExists(atPath: "/etc/mime.types"), "apt-get install media-types"),
        arguments: [false, true]
    )
    func isReadByTheProgram(isCGI: Bool) async throws {
        // An ending that the system knows, and the core does not.
        let system = MediaTypeTable(mimeTypes: try String(contentsOfFile: "/etc/mime.types", encoding: .utf8))
        let plain = system.entries.filter { $0.key.utf8.allSatisfy { (0x61...0x7a).contains($0) } }
        let known = MediaTypeTable.builtIn
        let entry = try #require(plain.first { known.mediaType(forName: "a.\($0.key)") == nil })
        let target = "/test/name/a.\(entry.key.uppercased())"
        var environment: [String: String] = [:]
        if isCGI {
            environment["GATEWAY_INTERFACE"] = "CGI/1.1"
            environment["REQUEST_METHOD"] = "GET"
            environment["REQUEST_URI"] = target
        }
        let run = try await SiteProcess.run(isCGI ? [] : ["get", target], environment: environment)
        #expect(run.status == 0)
        #expect(run.output.contains("Content-Type: \(entry.value)"), "\(entry)")
    }
}

private final class Flag: @unchecked Sendable {
    // Set and read by one test's task.
    var isSet = false
}

private struct TypedView: VirtualDownloadView {
    var name: String
    var mimeType: String?
    var typeOfFile: String?

    func file(for request: DownloadRequest) -> ContentFile {
        var file = ContentFile("Hello world!\n", name: name)
        file.contentType = typeOfFile
        file.entityTag = EntityTag("tag")
        return file
    }
}
