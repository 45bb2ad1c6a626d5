import DownloadSystem
import Glibc
import ServiceLifecycle
import Synchronization
import VirtualDownloads

/// A service that says on standard error when it runs and when it has ended, and fails at once if it is to.
struct NotingService: Service {
    static let isRunning = Atomic<Bool>(false)

    let fails: Bool

    func run() async throws {
        Self.note("the service runs\n")
        Self.isRunning.store(true, ordering: .sequentiallyConsistent)
        if fails { throw TestFailure() }
        try await gracefulShutdown()
        Self.isRunning.store(false, ordering: .sequentiallyConsistent)
        Self.note("the service has ended\n")
    }

    private static func note(_ text: String) {
        var text = text
        text.withUTF8 { _ = unsafe write(2, $0.baseAddress, $0.count) }
    }
}

/// Whether the service runs.
struct ServiceView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile {
        request.logger.notice("asked for the service")
        let isRunning = NotingService.isRunning.load(ordering: .sequentiallyConsistent)
        return ContentFile(isRunning ? "it runs\n" : "it does not run\n", name: "service.txt")
    }
}
