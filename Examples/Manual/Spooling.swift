import DownloadSpool
import VirtualDownloads

// sample: path
struct ReportFileView: VirtualDownloadView {
    let reports: FileRoot

    func file(for request: DownloadRequest) async throws -> PathFile {
        try await PathFile(request.parameter("name"), in: reports)
    }
}
// end

// sample: folder
struct Documents: DownloadApplication {
    var routes: Routes {
        Route("/documents/{path*}", PathDownloadView(FileRoot("/srv/documents")))
        Route("/terms") { _ in try await PathFile("terms-2026.pdf", in: FileRoot("/srv/documents")) }
    }
}
// end

// sample: spooled
struct YearView: VirtualDownloadView {
    let version: Int

    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let year = try request.parameter("year")
        return VirtualFile(name: "\(year).csv") { sink in
            for day in 1...365 { try await sink.write("\(year),\(day)\r\n") }
        }
        // The tag changes whenever a byte of the content does, so it serves as the key.
        .validated(by: EntityTag(of: year, version))
    }
}

struct Yearbook: DownloadApplication {
    var routes: Routes {
        Route("/years/{year}", YearView(version: 1).spooled())
    }
}
// end

// sample: key
struct SummaryView: VirtualDownloadView {
    let database: Int

    func file(for request: DownloadRequest) async throws -> some DownloadFile {
        let months = try request.query.integer("months", in: 1...12) ?? 12
        let file = VirtualFile(name: "summary.txt") { sink in
            for month in 1...months { try await sink.write("month \(month)\n") }
        }
        return await SpooledFile(file, in: Spool.shared, key: "summary \(months) \(database)")
    }
}
// end
