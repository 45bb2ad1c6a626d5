import Glibc

@testable import FastCGI

/// A thread of a test's own, for what may not wait for the test's executor.
@safe
final class OwnThread {
    private let thread: pthread_t

    init(_ body: @escaping @Sendable () -> Void) throws {
        thread = try FastCGI.Thread.start(body)
    }

    func join() {
        pthread_join(thread, nil)
    }
}
