internal import DownloadCore
internal import DownloadSystem

/// What a generator writes into when its content is spooled: the file, or where there is no room in it the readers.
///
/// It runs on threads that may wait for the disk.
struct GenerationSink: ByteSink, ~Copyable {
    private let generation: Generation
    private let spool: Spool
    private let part: SpoolFolder.PartialFile?
    private var digest: DigestFollower?
    /// How many bytes the file has.
    private var stored: Int64 = 0
    /// How many of them the spool was asked for.
    private var reserved: Int64 = 0
    private var isStreaming: Bool
    private(set) var count: Int64 = 0

    /// - Parameter part: The file; nil for none.
    init(_ generation: Generation, into part: SpoolFolder.PartialFile?, of spool: Spool) {
        self.generation = generation
        self.part = part
        self.spool = spool
        isStreaming = part == nil
        digest = part.map { DigestFollower($0.file) }
        if part == nil { generation.beginStreaming() }
    }

    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount < Generation.windowSize, generation.append(bytes) else { return false }
        count += Int64(bytes.byteCount)
        return true
    }

    mutating func progress(_ fraction: Double) {
        generation.note(estimate: fraction)
    }

    mutating func write(_ bytes: RawSpan) async throws {
        try Task.checkCancellation()
        guard !bytes.isEmpty else { return }
        let before = count
        if isStreaming {
            try await stream(bytes)
        } else if !writeAtOnce(bytes) {
            storeWindow()
            if isStreaming {
                try await stream(bytes)
            } else if bytes.byteCount < Generation.windowSize / 4 {
                guard generation.append(bytes) else { throw CancellationError() }
                count += Int64(bytes.byteCount)
            } else {
                try await store(bytes)
            }
        }
        // Others wait for a thread, too, and whether anybody still wants this is looked at now and then.
        if before >> 22 != count >> 22 {
            spool.cancelIfUnwanted(generation, part)
            await Task.yield()
        }
    }

    /// Writes a large piece to the file, past the empty window.
    private mutating func store(_ bytes: RawSpan) async throws {
        var rest = bytes
        while !rest.isEmpty {
            guard let written = writeToFile(rest) else { return try await stream(rest) }
            rest = rest.extracting(droppingFirst: written)
            count += Int64(written)
            generation.storeDirectly(Int64(written))
        }
    }

    /// Writes what the window has to the file.
    private mutating func storeWindow() {
        var window = generation.unstored[...]
        while !window.isEmpty {
            let written = unsafe writeToFile(window.span.bytes)
            guard let written else { return }
            window = window.dropFirst(written)
            if window.isEmpty { window = [] }
            generation.store(written)
        }
    }

    /// Writes some of the bytes to the file; nil if there is no room for any, and from then on.
    private mutating func writeToFile(_ bytes: RawSpan) -> Int? {
        guard let part, !isStreaming else { return nil }
        var attempts = 0
        while true {
            let wanted = stored + Int64(bytes.byteCount)
            if wanted > reserved {
                // Much at a time; near the limit no more than it takes.
                let needed = wanted - reserved
                let step = max(needed, 1 << 20)
                if spool.reserve(step) {
                    reserved += step
                } else {
                    guard step > needed, spool.reserve(needed) else { break }
                    reserved += needed
                }
            }
            do {
                let written = try part.file.descriptor.write(bytes, at: stored)
                stored += Int64(written)
                digest?.advance(to: stored)
                return written
            } catch {
                attempts += 1
                guard error.isFullDisk, attempts <= 3, spool.makeRoom(Int64(bytes.byteCount)) else {
                    spool.noteFailure(error)
                    break
                }
            }
        }
        beginStreaming()
        return nil
    }

    private mutating func beginStreaming() {
        isStreaming = true
        digest?.stop()
        digest = nil
        spool.noteDegraded()
        generation.beginStreaming()
        if let part { spool.discard(part) }
    }

    /// Hands bytes to the readers, and waits for them as for the client of a plain stream.
    private mutating func stream(_ bytes: RawSpan) async throws {
        var rest = bytes
        while !rest.isEmpty {
            let piece = rest.extracting(first: Generation.streamingWindowSize / 2)
            while !generation.append(piece) {
                try Task.checkCancellation()
                generation.publish()
                await generation.waitForReaders()
            }
            count += Int64(piece.byteCount)
            rest = rest.extracting(droppingFirst: piece.byteCount)
        }
        generation.publish()
    }

    /// What is to be published of a content that is whole: nil if it is not all in the file.
    struct Outcome {
        var part: SpoolFolder.PartialFile
        var digest: DigestFollower
        var size: Int64
    }

    /// Writes what the window still has.
    consuming func finish() -> Outcome? {
        storeWindow()
        spool.release(reserved, using: stored)
        guard !isStreaming, let part, let digest else { return nil }
        return Outcome(part: part, digest: digest, size: stored)
    }

    /// Gives back what was reserved for a content that failed.
    consuming func abandon() {
        digest?.stop()
        spool.release(reserved, using: 0)
    }
}
