internal import DownloadSystem

/// The generations that have bytes of which their readers were not told. They are when a task of a generator suspends:
/// what was written is on its way while a generator waits.
final class UnpublishedGenerations: Sendable {
    static let shared = UnpublishedGenerations()

    private let generations = Lock<[Generation]>([])

    func add(_ generation: Generation) {
        generations.withLock { $0.append(generation) }
    }

    func publish() {
        let all = generations.withLock { generations in
            defer { generations.removeAll() }
            return generations
        }
        for generation in all { generation.publish() }
    }
}

extension DiskThreads {
    /// For generators, which write as they go; more of them than that wait for their turn.
    static let generating = BlockingThreads(maximum: 32, afterwards: { UnpublishedGenerations.shared.publish() })
}
