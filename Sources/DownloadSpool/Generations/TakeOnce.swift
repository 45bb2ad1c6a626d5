internal import Synchronization

/// A value that goes from one task to another: who takes it has it alone.
final class TakeOnce<Value>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: sending Value?) {
        self.value = Mutex(value)
    }

    /// The value, the first time.
    func take() -> sending Value? {
        value.withLock { value in
            let taken = value
            value = nil
            return taken
        }
    }

    /// What `body` finds out about the value; nil once it was taken.
    func look<Result: Sendable>(_ body: (borrowing Value) -> Result) -> Result? {
        value.withLock { value in
            guard let value else { return nil }
            return body(value)
        }
    }
}
