internal import Synchronization

/// How often one worker has looked for something to do. Each has its own, since one for all would be fought over at
/// every turn.
final class ProgressCounter: Sendable {
    private let looks = Atomic<Int>(0)

    var count: Int { looks.load(ordering: .relaxed) }

    /// Called by the counter's own worker alone.
    func advance() {
        looks.store(looks.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }
}
