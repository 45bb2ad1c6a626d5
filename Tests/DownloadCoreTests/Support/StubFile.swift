import DownloadCore
import HTTPTypes

/// Ten bytes, `0123456789` unless a test says otherwise, with every property open. It counts nothing: the views' tests
/// do.
struct StubFile: DownloadFile {
    var bytes = Array("0123456789".utf8)
    var pieceSize = 4
    var name = "digits.txt"
    var size: Int64? = 10
    var entityTag: EntityTag? = EntityTag("abc")
    var modificationDate: HTTPDate? = HTTPDate(secondsSince1970: 1_000_000_000)
    var contentType: String?
    var digest: ContentDigest?
    var isRepeatable = true
    var isSeekable = false
    var modificationAnswer: Bool?
    /// What becomes of the error that the sink throws into the generator.
    var swallowsErrors = false
    var wrapsErrors = false

    func wasModified(since value: String) -> Bool? { modificationAnswer }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await write(bytes[...], to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        guard isSeekable else { throw Unexpected() }
        try await write(bytes.dropFirst(Int(range.lowerBound)), to: &sink)
    }

    private func write(_ bytes: ArraySlice<UInt8>, to sink: inout some ByteSink & ~Copyable) async throws {
        var rest = bytes
        while !rest.isEmpty {
            let piece = rest.prefix(pieceSize)
            rest = rest.dropFirst(pieceSize)
            do {
                try await sink.write(piece)
            } catch {
                if swallowsErrors { continue }
                throw wrapsErrors ? Unexpected() : error
            }
        }
    }
}

extension StubFile {
    /// The file with some of its properties changed.
    func with(_ change: (inout StubFile) -> Void) -> StubFile {
        var copy = self
        change(&copy)
        return copy
    }
}

struct Unexpected: Error {}

/// A view over whatever file a test hands it, with every option open.
struct FileView<File: DownloadFile>: VirtualDownloadView {
    var methods: [HTTPRequest.Method] = [.get, .head, .options]
    var attachment = true
    var basename: String?
    var mimeType: String?
    var encoding: String?
    var charset: String? = "utf-8"
    var cacheControl: String?
    var expires: HTTPDate?
    var vary: [HTTPField.Name] = []
    var headerFields: HTTPFields = [:]
    var maximumSkippedBytes: Int64 = 1 << 30
    var make: @Sendable () async throws -> File

    init(_ make: @escaping @Sendable () async throws -> File) {
        self.make = make
    }

    func file(for request: DownloadRequest) async throws -> File { try await make() }
}
