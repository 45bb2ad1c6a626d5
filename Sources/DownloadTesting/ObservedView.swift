import DownloadCore
import Synchronization

/// How often a view's file was asked for and produced.
final class Observations: Sendable {
    let fileRequests = Atomic(0)
    let generatorRuns = Atomic(0)
    let misspellings = Mutex<[String]>([])
}

/// A view in every respect like another, which counts what is asked of it.
struct ObservedView<Base: VirtualDownloadView>: WrappedDownloadView {
    let base: Base
    let observations: Observations

    func file(for request: DownloadRequest) async throws -> ObservedFile<Base.File> {
        observations.fileRequests.add(1, ordering: .relaxed)
        let file = try await base.file(for: request)
        observations.misspellings.withLock { $0 = OptionSpelling.warnings(about: file) }
        return ObservedFile(base: file, observations: observations)
    }
}

/// A file in every respect like another, which counts how often its content is produced.
struct ObservedFile<Base: DownloadFile>: WrappedDownloadFile {
    let base: Base
    let observations: Observations

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        observations.generatorRuns.add(1, ordering: .relaxed)
        try await base.write(to: &sink)
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        observations.generatorRuns.add(1, ordering: .relaxed)
        try await base.write(range, to: &sink)
    }
}
