import DownloadSpool
import DownloadSystem
import Glibc
import VirtualDownloads

/// Views whose content is generated once, and kept in the spool of `serve --spool`.
enum SpooledViews {
    static var routes: Routes {
        Routes {
            Route("/spooled/gen", SpooledGeneratorView())
            Route("/spooled/numbers", SpooledNumbersView())
            Route("/spooled/count", SpooledCountView())
        }
    }

    /// How often the generator has run under each key, in this process.
    static let runs = Lock<[String: Int]>([:])
}

/// `/spooled/gen?n=BYTES&key=TEXT`: the content of `/bench/gen`, spooled under that key.
struct SpooledGeneratorView: VirtualDownloadView {
    func file(for request: DownloadRequest) async throws -> some DownloadFile {
        let query = try request.query
        let count = try query.integer("n", in: 0...Int64.max) ?? 0
        let key = query["key"] ?? ""
        let file = VirtualFile(CountedContent(Letters(count: count), under: key), name: "generated.bin")
        return await SpooledFile(file, in: Spool.shared, key: "\(count) \(key)")
    }
}

/// `/spooled/numbers?n=BYTES&key=TEXT`: the same of numbered lines, so that every part differs; with `&size=1` the size
/// is declared.
struct SpooledNumbersView: VirtualDownloadView {
    func file(for request: DownloadRequest) async throws -> some DownloadFile {
        let query = try request.query
        let count = try query.integer("n", in: 0...NumberedLines.maximumCount) ?? 0
        let key = query["key"] ?? ""
        let content = CountedContent(NumberedLines(count: count), under: key)
        let file = VirtualFile(content, name: "numbers.txt", size: query["size"] == "1" ? count : nil)
        return await SpooledFile(file, in: Spool.shared, key: "numbers \(count) \(key)")
    }
}

/// A content of unknown size that notes each time that it is generated: in this process, and for all processes of a
/// machine in the log, as `generating KEY`.
struct CountedContent<Content: DownloadContent>: DownloadContent {
    private let content: Content
    private let key: String

    init(_ content: Content, under key: String) {
        self.content = content
        self.key = key
    }

    var isRepeatable: Bool { true }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        SpooledViews.runs.withLock { $0[key, default: 0] += 1 }
        let line = "generating \(key)\n"
        _ = unsafe Glibc.write(2, line, line.utf8.count)
        try await content.write(to: &sink)
    }
}

/// `/spooled/count?key=TEXT`: how often the generator has run under that key.
struct SpooledCountView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let key = try request.query["key"] ?? ""
        return ContentFile("\(SpooledViews.runs.withLock { $0[key] ?? 0 })\n", name: "count.txt")
    }

    var cacheControl: String? { "no-store" }
}
