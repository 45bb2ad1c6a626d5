internal import DownloadSystem

/// A value that goes from one task to another: who takes it has it alone.
final class TakeOnce<Value>: Sendable {
    private let value: Lock<Value?>

    init(_ value: sending Value?) {
        self.value = Lock(value)
    }

    /// The value, the first time.
    func take() -> sending Value? {
        // Nobody else has it any more: the lock guards nil from now on.
        nonisolated(unsafe) let taken = value.withLock { value in
            let taken = value
            value = nil
            return taken
        }
        return unsafe taken
    }

    /// What `body` finds out about the value; nil once it was taken.
    func look<Result: Sendable>(_ body: (borrowing Value) -> Result) -> Result? {
        value.withLock { value in
            guard let value else { return nil }
            return body(value)
        }
    }
}
