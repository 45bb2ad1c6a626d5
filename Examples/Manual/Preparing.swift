import DownloadSpool
import VirtualDownloads

// sample: prepared
struct AccountsView: VirtualDownloadView {
    let months = 12

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(name: "accounts.csv") { sink in
            for month in 1...months {
                try await sink.write("\(month),\(try await total(of: month))\r\n")
                sink.progress(month, of: months)
            }
        }
        .validated(by: EntityTag(of: "accounts", 2026, 7))
    }
}

struct Accounts: DownloadApplication {
    var routes: Routes {
        Route("/accounts", AccountsView().prepared())
    }
}
// end

/// What a database would take its time for.
private func total(of month: Int) async throws -> Int { month * 1000 }

// sample: texts
let hurried = Route("/accounts", AccountsView().prepared(abandonedAfter: .seconds(600), texts: [.german, .english]))
// end
