import VirtualDownloads

/// A report that takes ten seconds to make: `/prepared/report.csv`.
struct BranchReportView: VirtualDownloadView {
    private static let branches = 50

    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(name: "report.csv") { sink in
            try await sink.write("branch,orders,turnover\r\n")
            for branch in 1...Self.branches {
                // What a database would have to think about.
                try await Task.sleep(for: .milliseconds(200))
                try await sink.write("\(branch),\(branch * 379 % 1000),\(branch * 48_271 % 100_000).00\r\n")
                sink.progress(branch, of: Self.branches)
            }
        }
        .validated(by: EntityTag(of: "branches", 1))
    }
}
