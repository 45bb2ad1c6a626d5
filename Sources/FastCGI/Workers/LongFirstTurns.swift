internal import DownloadSystem
internal import Synchronization

/// Which requests are known to keep their worker for long before they first give way, by their paths. Where something
/// else waits they take their turn in the queue, so that a short request does not wait behind the first turns of
/// thousands of them.
///
/// What a view computes before its first piece can't be interrupted, and is not known before it has run. So what was
/// long is remembered, by the path. One that is not known is judged by its folder, what stands before its last slash,
/// once several others there were long: as of a route with a parameter. A request that is judged wrongly waits behind
/// those that go on, and is known better from then on. So only the first that was long is judged by the clock alone:
/// on a busy machine other threads take the processor from short ones, too.
final class LongFirstTurns: Sendable {
    /// What is known of the requests for a path.
    enum Expectation {
        /// Nothing: all that were seen were short.
        case none
        /// Some were long, but not so many that the next is likely to be: a worker may have been held up by others.
        case unsure
        case long
    }

    /// What is long, in microseconds: ten times what a small answer takes, and more than it takes when nothing of it is
    /// in the processor's caches.
    static let limit: Int64 = 200
    /// By how much the long ones must exceed the short ones. The first few of a process are long.
    static let certainty = 8
    /// How many paths and folders are remembered; then all are forgotten.
    private static let capacity = 512

    /// By how much the times that a path was long exceed those that it was not, from 0 to ``certainty``, by its hash.
    private let excess = Lock<[UInt64: Int]>([:])
    private let isEmpty = Atomic<Bool>(true)

    /// How many paths and folders are remembered.
    var count: Int { excess.withLock { $0.count } }

    /// What to expect of the first turn of a request for this target.
    func expectation(of target: String) -> Expectation {
        if isEmpty.load(ordering: .relaxed) { return .none }
        let key = Self.keys(of: target)
        return excess.withLock { excess in
            guard let known = excess[key.path] ?? key.folder.flatMap({ excess[$0] }) else { return .none }
            return known >= Self.certainty ? .long : .unsure
        }
    }

    /// Whether it says anything of a view that its first turn took so long: not when it was long because another thread
    /// had the processor.
    ///
    /// What blocks its thread uses little of the processor, too, but gives it up by itself.
    static func isTelling(_ microseconds: Int64, using usage: ThreadUsage) -> Bool {
        microseconds < limit || usage.processorTime >= limit || usage.interruptions == 0
    }

    /// Learns how long a first turn was. It need not be called for a short one of which nothing was expected.
    func note(_ microseconds: Int64, of target: String) {
        let key = Self.keys(of: target)
        let change = microseconds >= Self.limit ? 1 : -1
        excess.withLock { excess in
            if excess.count > Self.capacity - 2 { excess = [:] }
            let before = excess[key.path]
            let after = Self.count(before, changedBy: change)
            if let folder = key.folder {
                // Each path once, or one that is asked for often would speak for all beside it.
                let isOther = before == nil || (before == 0) != (after == 0)
                let count = isOther ? Self.count(excess[folder], changedBy: change) : excess[folder] ?? 0
                excess[folder] = count == 0 ? nil : count
            }
            // What is short needs no entry, but in a folder where others are long.
            excess[key.path] = after == 0 && key.folder.flatMap { excess[$0] } == nil ? nil : after
            isEmpty.store(excess.isEmpty, ordering: .relaxed)
        }
    }

    private static func count(_ count: Int?, changedBy change: Int) -> Int {
        min(max((count ?? 0) + change, 0), certainty)
    }

    /// FNV-1a hashes of the path of a target, and of its folder; nil for the root, whose routes have names of their
    /// own.
    private static func keys(of target: String) -> (path: UInt64, folder: UInt64?) {
        let start: UInt64 = 0xcbf2_9ce4_8422_2325
        var path = start
        var folder: UInt64?
        for byte in target.utf8 {
            if byte == UInt8(ascii: "?") { break }
            if byte == UInt8(ascii: "/"), path != start { folder = ~path }
            path = (path ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return (path, folder)
    }
}
