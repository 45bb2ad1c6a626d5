internal import Synchronization

/// How many compressors there may be: each is held by its client for as long as that takes.
final class CompressorBudget: Sendable {
    /// That of the process: some 120 MiB.
    static let shared = CompressorBudget(maximum: 512)

    private let maximum: Int
    private let current = Atomic<Int>(0)

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Whether there is room for another.
    var hasRoom: Bool { current.load(ordering: .relaxed) < maximum }

    /// One compressor, counted for as long as this value lives.
    struct Share: ~Copyable {
        private let budget: CompressorBudget

        init(of budget: CompressorBudget) {
            self.budget = budget
            budget.current.add(1, ordering: .relaxed)
        }

        deinit {
            budget.current.subtract(1, ordering: .relaxed)
        }
    }
}
