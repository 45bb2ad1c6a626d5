internal import DownloadSpool
package import SignedLinks
package import VirtualDownloads

/// The demo's views, apart from its program, so that the tests' program has them too.
package enum DemoRoutes {
    /// What the demo serves.
    ///
    /// - Parameter links: What signs and verifies links to the export; without it there is no signed export.
    package static func all(signedBy links: LinkSigner?) -> Routes {
        let downloads = Routes {
            Route("/virtual/text", TextDownloadView())
            Route("/virtual/stringio", StringIODownloadView())
            Route("/virtual/generated", GeneratedDownloadView())
            Route("/export/orders.csv", OrdersExportView())
            Route("/export/orders.xlsx", OrdersSpreadsheetView())
            Route("/export/orders.ndjson", OrdersJSONView())
            Route("/archive/photos.zip", PhotosArchiveView())
            Route("/archive/big.zip", LargeArchiveView())
            Route("/archive/nested.zip", NestedArchiveView())
            Route("/prepared/report.csv", BranchReportView().prepared())
            if let links { Route("/signed/orders.csv", OrdersExportView().signed(by: links)) }
        }
        return Routes {
            Route("/", IndexView(of: downloads))
            downloads
        }
    }
}
