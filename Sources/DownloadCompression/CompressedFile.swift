internal import DownloadCore

/// A file like another, whose bytes are compressed; see `VirtualDownloadView.compressed(by:minimumSize:)`.
struct CompressedFile<Base: DownloadFile>: WrappedDownloadFile {
    /// The file as it is.
    let base: Base
    /// What it is compressed by; nil for nothing: then it is as it was.
    let coding: ContentCoding?
    let budget: CompressorBudget

    /// The content coding.
    var encoding: String? { coding?.name ?? base.encoding.optionValue }

    /// A tag of its own, and a weak one: the bytes depend on the library, the processor and on when they were flushed.
    var entityTag: EntityTag? {
        guard let tag = base.entityTag.optionValue, let coding else { return base.entityTag.optionValue }
        return EntityTag("\(tag.value)-\(coding.name)", isWeak: true)
    }

    /// Nil of what is compressed if the file has a tag, by which clients then ask: with the date, one that has lost
    /// its connection could ask for the rest of other bytes (RFC 9110 §13.1.5). The view is still asked whether it was
    /// modified.
    var modificationDate: HTTPDate? {
        coding == nil || base.entityTag.optionValue == nil ? base.modificationDate.optionValue : nil
    }

    var size: Int64? { coding == nil ? base.size.optionValue : nil }
    var digest: ContentDigest? { coding == nil ? base.digest.optionValue : nil }
    var isRepeatable: Bool? { coding == nil ? base.isRepeatable.optionValue : false }
    var isSeekable: Bool? { coding == nil ? base.isSeekable.optionValue : false }

    func storedPath() -> String? { coding == nil ? base.storedPath() : nil }

    func write(to sink: inout some ByteSink & ~Copyable) async throws {
        guard let coding else { return try await base.write(to: &sink) }
        try await write(to: &sink, by: coding) { try await Task.sleep(for: .milliseconds(100)) }
    }

    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        guard coding != nil else { return try await base.write(range, to: &sink) }
        try await sink.write(range, from: 0, ofSize: nil) { try await write(to: &$0) }
    }

    /// Writes the content compressed.
    ///
    /// The stream is ended only if the content is whole: what fails on the way can't be unpacked as if it were.
    ///
    /// - Parameter pause: Returns when what was written meanwhile is to be on its way.
    func write<Sink: ByteSink & ~Copyable>(
        to sink: inout Sink,
        by coding: ContentCoding,
        pause: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard let coder = coding.makeCoder() else {
            var error = DownloadError.serviceUnavailable(retryAfter: 5)
            error.reason = "there is no memory for a compressor"
            throw error
        }
        let stream = CompressedStream(sink, coder: coder, budget: budget)
        let outcome = await write(into: stream, pause: pause)
        sink = stream.takeSink()
        try outcome.get()
    }

    private func write<Sink: ByteSink & ~Copyable>(
        into stream: CompressedStream<Sink>,
        pause: @escaping @Sendable () async throws -> Void
    ) async -> Result<Void, any Error> {
        // Ends with this function.
        async let _: Void = stream.flushInTime(pause)
        do {
            let declared = base.size.optionValue.flatMap { $0 < 0 ? nil : $0 }
            var input = CompressingSink(stream, declared: declared)
            try await base.write(to: &input)
            // A generator that takes cancellation for its end has not written all of it.
            try Task.checkCancellation()
            try await input.finish()
            return .success(())
        } catch {
            return .failure(stream.failure ?? error)
        }
    }
}
