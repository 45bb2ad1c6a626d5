import DownloadCore
import Synchronization

/// How often a view's file was asked for and produced.
final class Observations: Sendable {
    let fileRequests = Atomic(0)
    let generatorRuns = Atomic(0)
    let generatedBytes = Atomic<Int64>(0)
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
        try await observed(&sink) { sink in try await base.write(to: &sink) }
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        try await observed(&sink) { sink in try await base.write(range, to: &sink) }
    }

    private func observed<Sink: ByteSink & ~Copyable>(
        _ sink: inout Sink,
        _ write: (inout CountingSink<Sink>) async throws -> Void
    ) async throws {
        observations.generatorRuns.add(1, ordering: .relaxed)
        var counting = CountingSink(sink) { [observations] count in
            observations.generatedBytes.add(Int64(count), ordering: .relaxed)
        }
        do {
            try await write(&counting)
        } catch {
            sink = counting.finish()
            throw error
        }
        sink = counting.finish()
    }
}
