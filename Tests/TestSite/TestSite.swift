import DemoViews
import DownloadSystem
import ServiceLifecycle
import SignedLinks
import VirtualDownloads

/// The program of the tests and benchmarks: the demo's views, those that measurements use, and those that misbehave.
/// Nothing installs it.
///
/// With TESTSITE_SUSPENDS in its environment it is made after a pause; TESTSITE_SERVICE gives it a service, which fails
/// if that says `fails`.
@main
struct TestSite: DownloadApplication {
    private let links: LinkSigner?

    init() async throws {
        if ProcessEnvironment.value("TESTSITE_SUSPENDS") != nil { try await Task.sleep(for: .milliseconds(20)) }
        links = try LinkSigner.fromEnvironment()
    }

    var signer: (any LinkSigning)? { links }

    var services: [any Service] {
        ProcessEnvironment.value("TESTSITE_SERVICE").map { [NotingService(fails: $0.wire == "fails")] } ?? []
    }

    var routes: Routes {
        DemoRoutes.all(signedBy: links)
        BenchViews.routes
        SpooledViews.routes
        PreparedViews.routes
        CompressedViews.routes
        DiskViews.routes
        TestViews.routes
    }
}
