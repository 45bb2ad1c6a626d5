internal import Glibc
internal import Synchronization

#if THREAD_SANITIZED
/// The lock of builds for the thread sanitizer (`-Xswiftc -DTHREAD_SANITIZED`), which can't see into the standard library's and
/// would take all that it guards for races.
///
/// `@unchecked Sendable`: `value` is touched between lock and unlock only.
@safe
final class Lock<Value>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: Value) {
        self.value = value
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
#else
/// A value that is used by one thread at a time.
typealias Lock<Value> = Mutex<Value>
#endif
