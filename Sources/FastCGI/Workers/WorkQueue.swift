internal import DownloadSystem
internal import Synchronization

/// What waits for a worker, first come, first served, shared by all of them.
final class WorkQueue<Element: Sendable>: Sendable {
    private let storage = Lock(Storage<Element>())
    private let waiting = Atomic<Int>(0)

    /// How many wait.
    var count: Int { waiting.load(ordering: .sequentiallyConsistent) }

    func append(_ element: Element) {
        storage.withLock { $0.elements.append(element) }
        waiting.add(1, ordering: .sequentiallyConsistent)
    }

    func takeFirst() -> Element? {
        guard waiting.load(ordering: .sequentiallyConsistent) > 0 else { return nil }
        let element: Element? = storage.withLock { storage in
            guard storage.head < storage.elements.count else { return nil }
            defer {
                storage.head += 1
                // Moving what is left costs no more than what was taken since the last time.
                if storage.head * 2 >= storage.elements.count {
                    storage.elements.removeFirst(storage.head)
                    storage.head = 0
                }
            }
            return storage.elements[storage.head]
        }
        if element != nil { waiting.subtract(1, ordering: .sequentiallyConsistent) }
        return element
    }
}

private struct Storage<Element> {
    var elements: [Element] = []
    var head = 0
}
