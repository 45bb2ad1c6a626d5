import DemoViews
import SignedLinks
import VirtualDownloads

/// The program of the tests and benchmarks: the demo's views, those that measurements use, and those that misbehave.
/// Nothing installs it.
@main
struct TestSite: DownloadApplication {
    private let links: LinkSigner?

    init() throws {
        links = try LinkSigner.fromEnvironment()
    }

    var signer: (any LinkSigning)? { links }

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
