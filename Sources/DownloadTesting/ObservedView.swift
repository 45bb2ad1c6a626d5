import DownloadCore
import HTTPTypes
import Synchronization

/// How often a view's file was asked for and produced.
final class Observations: Sendable {
    let fileRequests = Atomic(0)
    let generatorRuns = Atomic(0)
}

/// A view in every respect like another, which counts what is asked of it.
struct ObservedView<Base: VirtualDownloadView>: VirtualDownloadView {
    let base: Base
    let observations: Observations

    func file(for request: DownloadRequest) async throws -> ObservedFile<Base.File> {
        observations.fileRequests.add(1, ordering: .relaxed)
        return ObservedFile(base: try await base.file(for: request), observations: observations)
    }

    var methods: [HTTPRequest.Method] { base.methods }
    var attachment: Bool { base.attachment }
    var basename: String? { base.basename }
    var mimeType: String? { base.mimeType }
    var encoding: String? { base.encoding }
    var charset: String? { base.charset }
    var cacheControl: String? { base.cacheControl }
    var expires: HTTPDate? { base.expires }
    var vary: [HTTPField.Name] { base.vary }
    var maximumSkippedBytes: Int64 { base.maximumSkippedBytes }

    func wasModified(_ file: ObservedFile<Base.File>, since value: String) -> Bool {
        base.wasModified(file.base, since: value)
    }

    func downloadResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        base.downloadResponse(response, to: request)
    }

    func notModifiedResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        base.notModifiedResponse(response, to: request)
    }

    func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        base.fileNotFoundResponse(response, to: request)
    }
}

/// A file in every respect like another, which counts how often its content is produced.
struct ObservedFile<Base: DownloadFile>: DownloadFile {
    let base: Base
    let observations: Observations

    var name: String { base.name }
    var contentType: String? { base.contentType }
    var entityTag: EntityTag? { base.entityTag }
    var modificationDate: HTTPDate? { base.modificationDate }
    var digest: ContentDigest? { base.digest }
    var size: Int64? { base.size }
    var isRepeatable: Bool { base.isRepeatable }
    var isSeekable: Bool { base.isSeekable }

    func skippedBytes(for range: Range<Int64>) -> Int64 { base.skippedBytes(for: range) }

    func wasModified(since value: String) -> Bool? { base.wasModified(since: value) }
    func storedPath() -> String? { base.storedPath() }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        observations.generatorRuns.add(1, ordering: .relaxed)
        try await base.write(to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        observations.generatorRuns.add(1, ordering: .relaxed)
        try await base.write(range, to: &sink)
    }
}
