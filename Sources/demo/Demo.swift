import SignedLinks
import VirtualDownloads

/// The example application: the three views of django-downloadview's documentation, an export, and what benchmarks and tests use.
///
/// With keys in `DOWNLOADS_SIGNING_KEYS` there is the export for those who have a link, too: `demo sign /signed/orders.csv
/// --expires 1h` makes one.
@main
struct Demo: DownloadApplication {
    private let links: LinkSigner?

    init() throws {
        links = try LinkSigner.fromEnvironment()
    }

    var signer: (any LinkSigning)? { links }

    var routes: Routes {
        Route("/virtual/text", TextDownloadView())
        Route("/virtual/stringio", StringIODownloadView())
        Route("/virtual/generated", GeneratedDownloadView())
        Route("/export/orders.csv", OrdersExportView())
        if let links { Route("/signed/orders.csv", OrdersExportView().signed(by: links)) }
        Route("/bench/hello", BenchHelloView())
        Route("/bench/gen", BenchGeneratorView())
        Route("/bench/rows", BenchRowsView())
        if TestViews.areWanted { TestViews.routes }
    }
}
