internal import DownloadCore
internal import DownloadSystem

/// Running a generator, or following that of another process.
extension Spool {
    /// Begins a generation with a file's content, if nobody has yet.
    ///
    /// - Parameters:
    ///   - isReproducible: Whether another run gives equal bytes.
    ///   - modified: What the spooled file's date is to be, in seconds since 1970; nil for now.
    ///   - isObserved: Whether other processes are told how far it is.
    func start<File: DownloadFile>(
        _ generation: Generation,
        with file: sending File,
        isReproducible: Bool,
        size: Int64?,
        modified: Int64?,
        isObserved: Bool
    ) {
        // Of any type: a closure that is sent must not capture a type that may be bound to an actor.
        let source = TakeOnce(AnyDownloadFile(file))
        let isStarted = generation.start(declaredSize: size) { [self] in
            guard let file = source.take() else { return }
            await run(
                generation,
                file,
                Terms(isReproducible: isReproducible, size: size, modified: modified, isObserved: isObserved)
            )
        }
        guard isStarted else { return }
        count { $0.running += 1 }
    }

    /// What is known of a content beforehand.
    struct Terms {
        var isReproducible: Bool
        var size: Int64?
        var modified: Int64?
        var isObserved: Bool
    }

    private func run(_ generation: Generation, _ file: some DownloadFile, _ terms: Terms) async {
        defer {
            count { $0.running -= 1 }
            generation.noteEnd()
            keepOrderSometimes()
        }
        do {
            while true {
                switch try begin(generation, terms) {
                case .whole(let stored):
                    guard stored.content.id == generation.id || terms.isReproducible else { throw GenerationLost() }
                    generation.complete(as: stored)
                    remove(generation)
                    return
                case .follow(let part):
                    guard part.id == generation.id || terms.isReproducible else { throw GenerationLost() }
                    if try await follow(part, with: generation) { return }
                    // Who wrote it is gone. Where the bytes will be the same they are generated again.
                    guard terms.isReproducible else { throw GenerationLost() }
                case .failed(let status):
                    throw PreparationFailure(status: status)
                case .lead(let part):
                    // Who was found to write it is gone, and clients may have some of its bytes under their tag.
                    guard part.id == generation.id || terms.isReproducible else {
                        discard(part)
                        throw GenerationLost()
                    }
                    return try await generate(file, into: part, generation, terms)
                case nil:
                    guard !generation.isElsewhere || terms.isReproducible else { throw GenerationLost() }
                    return try await generate(file, into: nil, generation, terms)
                }
            }
        } catch {
            // First this, so that whoever comes after the failure is known starts over, or is told of it.
            preparations.noteFailure(of: generation, error)
            remove(generation)
            generation.fail(error)
            if !(error is CancellationError) { count { $0.failures += 1 } }
        }
    }

    /// How to go about a content; nil if the folder can't be used.
    private func begin(_ generation: Generation, _ terms: Terms) throws -> SpoolFolder.Beginning? {
        try Task.checkCancellation()
        if let size = terms.size, size > limits.bytes {
            noteDegraded()
            return nil
        }
        do {
            guard generation.isElsewhere else { return try folder.begin(generation.key, as: generation.id) }
            // A name that another has given to its file is not given to one more.
            return try folder.begin(generation.key, as: GenerationID(), insteadOf: generation.id)
        } catch {
            noteFailure(error)
            noteDegraded()
            return nil
        }
    }

    private func generate(
        _ file: some DownloadFile,
        into part: SpoolFolder.PartialFile?,
        _ generation: Generation,
        _ terms: Terms
    ) async throws {
        count { $0.generations += 1 }
        let record = terms.isObserved ? part.flatMap { makeRecord(of: $0, terms) } : nil
        generation.noteBeginning(size: terms.size, record: record)
        generation.begin(in: part, isLeading: true)
        var sink = GenerationSink(generation, into: part, of: self)
        do {
            try await file.write(to: &sink)
            // A generator that takes cancellation for its end has not written all of it.
            try Task.checkCancellation()
            if let size = terms.size, size != sink.count {
                throw ContentLengthMismatch(declared: size, written: sink.count)
            }
        } catch {
            sink.abandon()
            // Before the file goes: its followers look for the reason then.
            if let part {
                end(record, of: part, after: error)
                discard(part)
            }
            throw error
        }
        let outcome = sink.finish()
        generation.complete()
        await publish(outcome, of: generation, terms)
        if record != nil, let part { folder.removeRecord(of: part.key, part.id) }
        remove(generation)
    }

    private func makeRecord(of part: SpoolFolder.PartialFile, _ terms: Terms) -> RecordWriter? {
        let record = GenerationRecord(contentSize: terms.size, began: WallClock.now / 1_000_000)
        return folder.makeRecord(of: part).map { RecordWriter($0, record) }
    }

    /// Leaves word of a failure for the other processes; that nobody wants the content does not count as one.
    private func end(_ record: RecordWriter?, of part: SpoolFolder.PartialFile, after error: any Error) {
        guard let record else { return }
        if Task.isCancelled {
            folder.removeRecord(of: part.key, part.id)
        } else {
            record.noteFailure(status: PreparationFailure.code(of: error))
        }
    }

    /// Gives a whole content its name. Its readers have it whether that succeeds or not.
    private func publish(_ outcome: GenerationSink.Outcome?, of generation: Generation, _ terms: Terms) async {
        guard let outcome else { return }
        do {
            let digest = try await outcome.digest.finish(outcome.size)
            let content = StoredContent(
                id: outcome.part.id,
                created: WallClock.seconds,
                digest: digest,
                size: outcome.size
            )
            generation.note(try folder.publish(outcome.part, as: content, modified: terms.modified))
            noteNewFile()
        } catch {
            discard(outcome.part)
            noteFailure(error)
        }
    }

    // MARK: - Another process's generation

    /// Lets a generation follow one of another process, whose file grows.
    ///
    /// - Returns: False if its writer is gone before the content was whole.
    private func follow(_ part: SpoolFolder.PartialFile, with generation: Generation) async throws -> Bool {
        count { $0.shared += 1 }
        generation.noteBeginning(size: nil, record: nil)
        generation.begin(in: part, isLeading: false)
        var seen: Int64 = 0
        var pause = 2
        var askedAt: Int64 = 0
        while true {
            try Task.checkCancellation()
            // Before the size is looked at: what a writer wrote before it ended is there then.
            let isAlive = part.isAlive
            let size = (try? part.file.descriptor.status.size) ?? seen
            if size > seen {
                generation.storeDirectly(size - seen)
                seen = size
                pause = 2
            }
            if MonotonicClock.now - askedAt >= 500 {
                askedAt = MonotonicClock.now
                if let record = folder.record(of: part.key, part.id) { generation.note(record) }
            }
            if !isAlive {
                guard let stored = folder.outcome(of: part) else {
                    // It has failed there, and would here.
                    if let failure = folder.record(of: part.key, part.id)?.failure {
                        throw PreparationFailure(status: failure)
                    }
                    return false
                }
                generation.complete(as: stored)
                remove(generation)
                return true
            }
            // A thread is not held meanwhile.
            try await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, 50)
        }
    }
}
