// sample: embedding
import FastCGI
import Logging
import ServiceLifecycle
import UnixSignals
import VirtualDownloads

func runSite(beside database: any Service, on socket: String) async throws {
    let logger = Logger(label: "site") { _ in LineLogHandler() }
    let router = try Router(Routes { Route("/hello", TextDownloadView()) })
    let server = try FastCGIServer(listener: .bound(to: .unix(path: socket)), handler: router, logger: logger)
    let services = ServiceGroup(
        services: [database, server],
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger
    )
    try await services.run()
}
// end
