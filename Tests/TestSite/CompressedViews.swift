import DownloadCompression
import DownloadZstandard
import VirtualDownloads

enum CompressedViews {
    static var routes: Routes {
        Routes { Route("/test/compressed/{name}", CompressedRowsView().compressed(by: [.zstd, .gzip])) }
    }
}

/// `/test/compressed/NAME?n=COUNT&ms=PAUSE&fails=1`: rows, each after a pause, and a failure behind the last.
struct CompressedRowsView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let query = try request.query
        let count = try query.integer("n", in: 0...10_000_000) ?? 10
        let pause = try query.integer("ms", in: 0...60_000) ?? 0
        let fails = query["fails"] == "1"
        return content(request.parameters["name"] ?? "rows.csv") { sink in
            for row in 0..<count {
                if pause > 0, row > 0 { try await Task.sleep(for: .milliseconds(pause)) }
                try await sink.write("\(row),\(row &* 2_654_435_761 % 1_000_003),customer \(row % 7)\r\n")
            }
            if fails { throw TestFailure() }
        }
        .validated(by: EntityTag(of: "rows", count))
    }
}
