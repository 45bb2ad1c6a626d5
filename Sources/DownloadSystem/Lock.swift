#if canImport(Glibc)
public import Glibc
#elseif canImport(Musl)
public import Musl
#elseif canImport(Darwin)
public import Darwin
#endif

/// A value that is used by one thread at a time.
///
/// The C library's lock, which sleeps when it is taken. The standard library's spins first, in vain where there are
/// more threads than processors and the one that has it does not run. The thread sanitizer sees this one, and takes
/// what the standard library's guards for races: .ci/check-imports keeps that one out.
///
/// `@unchecked Sendable`: `value` is touched between lock and unlock only. Behind a pointer, since what a lock guards
/// needs no check for exclusive access at run time.
///
/// Public although no product has it: what is inlinable and of the package alone is not specialised in other modules
/// (Swift 6.3), and a small answer, which takes 20 locks, cost 800 instructions more.
@safe
public final class Lock<Value>: @unchecked Sendable {
    @usableFromInline package let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    @usableFromInline package let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    public init(_ value: Value) {
        unsafe self.value.initialize(to: value)
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
        unsafe value.deinitialize(count: 1)
        unsafe value.deallocate()
    }

    /// Calls `body` with the value, while no other thread does. It must not take the same lock again.
    @inlinable
    public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try unsafe body(&value.pointee)
    }
}
