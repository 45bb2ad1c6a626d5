import DownloadSystem

@testable import FastCGI

/// A thread of a test's own, for what may not wait for the test's executor.
final class OwnThread {
    private let thread: DownloadSystem.Thread

    init(_ body: @escaping @Sendable () -> Void) throws {
        thread = try DownloadSystem.Thread(body)
    }

    func join() {
        thread.join()
    }
}
