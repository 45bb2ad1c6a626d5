import VirtualDownloads

// sample: process
struct Dumps: DownloadApplication {
    var routes: Routes {
        Route("/dumps/{table}.sql") { request in
            let table = try request.parameter("table")
            let dump = ProcessOutput("pg_dump", ["--no-owner", "--table=\(table)", "shop"])
            return VirtualFile(dump, name: "\(table).sql")
        }
    }
}
// end

// sample: input
struct LabelView: VirtualDownloadView {
    static let converters = BlockingPool(maximum: 4)

    func file(for request: DownloadRequest) throws -> some DownloadFile {
        let text = Array("to \(try request.query["name"] ?? "nobody")\n".utf8)
        return VirtualFile(ProcessOutput("sed", ["s/^/A label /"], input: text, on: Self.converters), name: "label.txt")
    }
}
// end
