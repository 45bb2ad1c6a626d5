import VirtualDownloads

/// The example application: the three views of django-downloadview's documentation, an export, and what benchmarks and tests use.
@main
struct Demo: DownloadApplication {
    var routes: Routes {
        Route("/virtual/text", TextDownloadView())
        Route("/virtual/stringio", StringIODownloadView())
        Route("/virtual/generated", GeneratedDownloadView())
        Route("/export/orders.csv", OrdersExportView())
        Route("/bench/hello", BenchHelloView())
        Route("/bench/gen", BenchGeneratorView())
        Route("/bench/rows", BenchRowsView())
        if TestViews.areWanted { TestViews.routes }
    }
}
