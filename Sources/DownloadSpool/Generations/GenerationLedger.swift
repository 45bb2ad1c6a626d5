/// Which bytes of a content that is being generated are where, and who reads which: values alone, without the bytes.
///
/// As a rule the bytes go to a file, the latest by way of a window in memory. When the disk is full the window is all
/// that takes new ones (``beginStreaming()``), and the generator waits for its readers, as it does for the client of a
/// plain stream.
struct GenerationLedger {
    enum Phase: Hashable {
        /// Nobody has begun to generate.
        case pending
        case running
        case complete
        case failed
    }

    /// What a reader at some place is to do.
    enum Step: Hashable {
        /// Read the file, up to a place.
        case readFile(upTo: Int64)
        /// Take what the window has from there, up to a place.
        case readWindow(upTo: Int64)
        case wait
        /// The content ends there.
        case end
        case fail
        /// The bytes are in memory no more, and never were in the file.
        case giveUp
    }

    private(set) var phase = Phase.pending
    /// How many bytes are in the file.
    private(set) var stored: Int64 = 0
    /// The bytes that are in memory; it begins where the file ends, until nothing goes to the file any more.
    private(set) var window: Range<Int64> = 0..<0
    private(set) var isStreaming = false
    private var readers: [Int: Int64] = [:]
    private var nextReader = 0

    /// How many bytes there are so far.
    var count: Int64 { window.upperBound }

    // MARK: - Generating

    mutating func begin() {
        phase = .running
    }

    /// Notes that bytes were added to the window.
    mutating func append(_ count: Int) {
        window = window.lowerBound..<window.upperBound + Int64(count)
    }

    /// Notes that the first bytes of the window are in the file.
    ///
    /// - Returns: How many bytes at the beginning of the window nobody needs any more.
    mutating func store(_ count: Int) -> Int {
        stored += Int64(count)
        return trim()
    }

    /// Notes that bytes went to the file past an empty window, or have come into it by another's hand.
    mutating func storeDirectly(_ count: Int64) {
        stored += count
        window = stored..<stored
    }

    /// From now on nothing goes to the file.
    mutating func beginStreaming() {
        isStreaming = true
    }

    /// Starts the content over, with equal bytes to come: its readers stay where they are.
    mutating func restart() {
        stored = 0
        window = 0..<0
    }

    /// The end.
    mutating func complete() {
        phase = .complete
    }

    mutating func fail() {
        phase = .failed
    }

    // MARK: - Reading

    /// Whether a reader who wants all from a place on can have it.
    func canRead(from position: Int64) -> Bool {
        !isStreaming || stored == window.lowerBound || position >= window.lowerBound
    }

    /// Lets a reader in; nil if the bytes are gone already.
    mutating func addReader(at position: Int64) -> Int? {
        guard canRead(from: position) else { return nil }
        nextReader += 1
        readers[nextReader] = position
        return nextReader
    }

    /// Notes how far a reader is.
    ///
    /// - Returns: How many bytes at the beginning of the window nobody needs any more.
    mutating func move(_ reader: Int, to position: Int64) -> Int {
        guard readers[reader] != nil else { return 0 }
        readers[reader] = position
        return trim()
    }

    /// Lets a reader go.
    ///
    /// - Returns: How many bytes at the beginning of the window nobody needs any more.
    mutating func removeReader(_ reader: Int) -> Int {
        readers[reader] = nil
        return trim()
    }

    var readerCount: Int { readers.count }

    /// What a reader at a place is to do.
    func step(at position: Int64) -> Step {
        if position < stored { return .readFile(upTo: stored) }
        if position < window.lowerBound { return .giveUp }
        if position < window.upperBound, phase != .failed { return .readWindow(upTo: window.upperBound) }
        switch phase {
        case .pending, .running: return .wait
        case .complete: return .end
        case .failed: return .fail
        }
    }

    /// Takes off the window what is in the file, or what every reader has had or does not want.
    ///
    /// - Returns: How many bytes at the beginning of the window nobody needs any more.
    mutating func trim() -> Int {
        var start = max(window.lowerBound, min(stored, window.upperBound))
        // With no reader there it waits for the one who is about to come.
        if isStreaming, let slowest = readers.values.min() { start = max(start, min(slowest, window.upperBound)) }
        let count = Int(start - window.lowerBound)
        window = start..<window.upperBound
        return count
    }
}
