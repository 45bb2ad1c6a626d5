internal import DownloadCore
internal import DownloadSystem

/// One run of a generator, whose bytes all have who asked for the same content meanwhile.
///
/// It is a task of its own, which belongs to all who want its bytes and not to the first to ask: it goes on while
/// anybody does, and is cancelled when nobody is left. No reader paces it, as long as there is room on the disk.
final class Generation: Sendable {
    /// What the content is found by.
    let key: SpoolKey
    let id: GenerationID
    /// Whether it was found under way in another process, whose identity it has: that says which bytes they are.
    let isElsewhere: Bool
    /// How many bytes the window holds: as many as are written to the file at once.
    static let windowSize = 65_536
    /// How many it may hold when the disk is full, and the generator waits for its readers.
    static let streamingWindowSize = 262_144
    /// How long bytes may lie in the window before a reader who waits is told of them, in milliseconds, if the
    /// generator goes on without a pause.
    private static let publishingInterval: Int64 = 50

    struct State {
        var ledger = GenerationLedger()
        /// The bytes of the ledger's window, behind `skipped` others.
        var window: [UInt8] = []
        var skipped = 0
        var file: OpenFile?
        var failure: (any Error)?
        /// Where each reader waits who has nothing to read.
        var waiting: [Int: (position: Int64, continuation: CheckedContinuation<Void, Never>)] = [:]
        var nextWait = 0
        /// The generator, when it waits for its readers.
        var producer: CheckedContinuation<Void, Never>?
        var task: Task<Void, Never>?
        /// The size that its file declares; nil for none.
        var declaredSize: Int64?
        var isCancelled = false
        /// Whether ``UnpublishedGenerations`` knows of bytes in the window.
        var isNoted = false
        var publishedAt: Int64 = 0
        var content: SpoolFolder.StoredFile?
        /// The file as others know it, while this process writes it.
        var part: SpoolFolder.PartialFile?
        var hasEnded = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
        /// What ``status`` tells besides: see ``GenerationStatus``.
        var size: Int64?
        var estimate: Double?
        /// When it began, by the monotonic clock in milliseconds.
        var began: Int64 = 0
        /// Tells other processes how far it is; nil if they are not told.
        var record: RecordWriter?
    }

    let state = Lock(State())

    init(_ key: SpoolKey, as id: GenerationID, isElsewhere: Bool = false) {
        self.key = key
        self.id = id
        self.isElsewhere = isElsewhere
    }

    // MARK: - Life

    /// How far it is.
    var progress: (phase: GenerationLedger.Phase, bytes: Int64) {
        state.withLock { ($0.ledger.phase, $0.ledger.count) }
    }

    /// Begins the run with `body` as its task; false if it has begun already.
    ///
    /// - Parameter declaredSize: How many bytes will come; nil if that is not known.
    func start(declaredSize: Int64?, _ body: @escaping @Sendable () async -> Void) -> Bool {
        state.withLock { state in
            guard state.ledger.phase == .pending, !state.isCancelled else { return false }
            state.declaredSize = declaredSize
            state.ledger.begin()
            state.task = Task(executorPreference: DiskThreads.generating, operation: body)
            return true
        }
    }

    /// Ends it: nobody wants its bytes.
    func cancel() {
        let (task, producer, part) = state.withLock { state in
            state.isCancelled = true
            defer { state.producer = nil }
            return (state.task, state.producer, state.part)
        }
        // Whoever comes now must not follow it.
        part?.abandon()
        task?.cancel()
        producer?.resume()
    }

    /// Whether it may be cancelled when nobody in this process wants its bytes: it is not whole, and no other process
    /// reads them. One that has all bytes of its declared size is about to end, though its clients have left, who had
    /// them all.
    var isCancellable: Bool {
        let (isUnderWay, part) = state.withLock { state in
            let isUnderWay = state.ledger.phase == .pending || state.ledger.phase == .running
            return (isUnderWay && state.declaredSize.map { state.ledger.count < $0 } ?? true, state.part)
        }
        return isUnderWay && !(part?.isFollowed ?? false)
    }

    /// Whether another process reads it.
    var isFollowed: Bool { state.withLock { $0.part }?.isFollowed ?? false }

    /// Whether its task runs.
    var isUnderWay: Bool { state.withLock { $0.ledger.phase != .pending && !$0.hasEnded } }

    /// Notes that its task is about to end.
    func noteEnd() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            state.task = nil
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when its task has ended.
    func waitForEnd() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waitingForEnd.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    // MARK: - Generating

    /// Takes bytes into the window if it has room for them; false if not.
    func append(_ bytes: RawSpan) -> Bool {
        var isToBeNoted = false
        let (isAppended, ready) = state.withLock { state in
            let room = state.ledger.isStreaming ? Self.streamingWindowSize : Self.windowSize
            guard !state.isCancelled, state.ledger.window.count + bytes.byteCount <= room else {
                return (false, [] as [CheckedContinuation<Void, Never>])
            }
            state.append(bytes)
            if !state.isNoted {
                state.isNoted = true
                isToBeNoted = true
            }
            guard !state.waiting.isEmpty else { return (true, []) }
            let now = MonotonicClock.now
            guard now - state.publishedAt >= Self.publishingInterval else { return (true, []) }
            state.publishedAt = now
            return (true, state.takeReady())
        }
        if isToBeNoted { UnpublishedGenerations.shared.add(self) }
        for continuation in ready { continuation.resume() }
        return isAppended
    }

    /// The window's bytes, to be written to the file.
    var unstored: [UInt8] {
        state.withLock { state in
            if state.skipped > 0 {
                state.window.removeFirst(state.skipped)
                state.skipped = 0
            }
            return state.window
        }
    }

    /// Notes that the first bytes of the window are in the file.
    func store(_ count: Int) {
        publish { state in state.drop(state.ledger.store(count)) }
    }

    /// Notes that bytes went to the file past an empty window.
    func storeDirectly(_ count: Int64) {
        publish { $0.ledger.storeDirectly(count) }
    }

    /// From now on nothing goes to the file.
    func beginStreaming() {
        publish { $0.ledger.beginStreaming() }
    }

    /// Returns when a reader may have made room in the window, or the run is cancelled.
    func waitForReaders() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let goesOn = state.withLock { state in
                // Those who wait for what is far ahead don't move.
                state.drop(state.ledger.trim())
                if state.isCancelled || state.ledger.window.count < Self.streamingWindowSize / 2 { return true }
                state.producer = continuation
                return false
            }
            if goesOn { continuation.resume() }
        }
    }

    /// Tells all that waits of what there is.
    func publish() {
        publish { $0.isNoted = false }
    }

    /// Begins the content, or starts it over with equal bytes: in a file, or in none.
    ///
    /// - Parameter isLeading: Whether this process writes it.
    func begin(in part: SpoolFolder.PartialFile?, isLeading: Bool) {
        state.withLock { state in
            state.ledger.restart()
            state.window = []
            state.skipped = 0
            state.file = part?.file
            state.part = isLeading ? part : nil
        }
    }

    /// The content is whole.
    func complete() {
        publish { $0.ledger.complete() }
    }

    /// The content is whole, and lies in the spool.
    func complete(as stored: SpoolFolder.StoredFile) {
        publish { state in
            state.content = stored
            state.file = stored.file
            state.ledger.storeDirectly(stored.content.size - state.ledger.stored)
            state.ledger.complete()
        }
    }

    /// Notes the name that a whole content has been given.
    func note(_ stored: SpoolFolder.StoredFile) {
        state.withLock { $0.content = stored }
    }

    /// The content failed, for everybody.
    func fail(_ error: any Error) {
        publish { state in
            state.failure = error
            state.ledger.fail()
        }
    }

    private func publish(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            guard !state.waiting.isEmpty else { return [] as [CheckedContinuation<Void, Never>] }
            state.publishedAt = MonotonicClock.now
            return state.takeReady()
        }
        for continuation in ready { continuation.resume() }
    }

    // MARK: - Reading

    /// Lets a reader in; nil if the bytes are gone already.
    func addReader(at position: Int64) -> Int? {
        state.withLock { $0.ledger.addReader(at: position) }
    }

    /// Whether whoever comes now can have all of it.
    var hasBeginning: Bool { state.withLock { $0.ledger.canRead(from: 0) } }

    func removeReader(_ reader: Int) {
        move { $0.drop($0.ledger.removeReader(reader)) }
    }

    /// Notes how far a reader is.
    func move(_ reader: Int, to position: Int64) {
        move { $0.drop($0.ledger.move(reader, to: position)) }
    }

    private func move(_ change: (inout State) -> Void) {
        let producer = state.withLock { state in
            change(&state)
            guard state.ledger.window.count < Self.streamingWindowSize / 2 else {
                return nil as CheckedContinuation<Void, Never>?
            }
            defer { state.producer = nil }
            return state.producer
        }
        producer?.resume()
    }

    /// What a reader gets at a place.
    enum Piece {
        case file(OpenFile, upTo: Int64)
        case bytes([UInt8])
        case end
    }

    /// The bytes at a place, which are waited for.
    ///
    /// - Throws: What the generator threw; `CancellationError` when the reader's task is cancelled.
    func next(at position: Int64) async throws -> Piece {
        while true {
            let piece: Piece? = try state.withLock { state in
                switch state.ledger.step(at: position) {
                case .readFile(let end):
                    guard let file = state.file else { throw GenerationLost() }
                    return .file(file, upTo: end)
                case .readWindow(let end):
                    return .bytes(state.bytes(from: position, upTo: end))
                case .wait: return nil
                case .end: return .end
                case .fail: throw state.failure ?? GenerationLost()
                case .giveUp: throw GenerationLost()
                }
            }
            if let piece { return piece }
            try await waitForBytes(at: position)
        }
    }

    private func waitForBytes(at position: Int64) async throws {
        let wait = state.withLock { state in
            state.nextWait += 1
            return state.nextWait
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let goesOn = state.withLock { state in
                    if state.ledger.step(at: position) != .wait || Task.isCancelled { return true }
                    state.waiting[wait] = (position, continuation)
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { $0.waiting.removeValue(forKey: wait) }
            waiting?.continuation.resume()
        }
        try Task.checkCancellation()
    }

    /// The whole content as it lies in the spool, once it does.
    var stored: SpoolFolder.StoredFile? { state.withLock { $0.content } }
}

extension Generation.State {
    fileprivate mutating func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe window.append(contentsOf: $0) }
        ledger.append(bytes.byteCount)
    }

    /// Forgets bytes at the beginning of the window.
    fileprivate mutating func drop(_ count: Int) {
        guard count > 0 else { return }
        skipped += count
        if skipped == window.count {
            window.removeAll(keepingCapacity: true)
            skipped = 0
        } else if skipped * 2 >= window.count {
            window.removeFirst(skipped)
            skipped = 0
        }
    }

    fileprivate func bytes(from start: Int64, upTo end: Int64) -> [UInt8] {
        let first = skipped + Int(start - ledger.window.lowerBound)
        let count = min(Int(end - start), Generation.windowSize)
        return Array(window[first..<first + count])
    }

    /// The readers for whom there is something now.
    fileprivate mutating func takeReady() -> [CheckedContinuation<Void, Never>] {
        var ready: [CheckedContinuation<Void, Never>] = []
        for (wait, reader) in waiting where ledger.step(at: reader.position) != .wait {
            ready.append(reader.continuation)
            waiting[wait] = nil
        }
        return ready
    }
}

/// A content that is shared can't be read to its end: whoever generated it is gone, or has nothing of its beginning any
/// more.
struct GenerationLost: Error, CustomStringConvertible {
    var description: String { "the process that generated the content ended before it was whole" }
}
