import DownloadCompression
import VirtualDownloads

// sample: compressed
struct LedgerView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(name: "ledger.csv") { sink in
            for entry in 1...100_000 { try await sink.write("\(entry),paid,19.99\r\n") }
        }
        .validated(by: EntityTag(of: "ledger", 7))
    }
}

struct Ledgers: DownloadApplication {
    var routes: Routes {
        Route("/ledger.csv", LedgerView().compressed())
    }
}
// end

// sample: all
struct CompressedLedgers: DownloadApplication {
    var routes: Routes {
        Routes {
            Route("/ledger.csv", LedgerView())
            Route("/years/{year}", YearView(version: 1))
        }
        .mapViews { $0.compressed() }
    }
}
// end
