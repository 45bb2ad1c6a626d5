import Foundation

struct Lighttpd: WebServer {
    var programs: [Program] { [.lighttpd] }

    func start(_ site: Surroundings, in directory: WorkDirectory) throws -> RunningProgram {
        let downloads = try String(contentsOfFile: TestSite.deploy + "/lighttpd/downloads.conf", encoding: .utf8)
            .replacing("\"/\" =>", with: "\"\(prefix)/\" =>")
        let file = try directory.write(
            """
            server.document-root = "\(directory.path)"
            server.bind = "127.0.0.1"
            server.port = \(site.port)
            server.errorlog = "\(directory.file("error.log"))"
            server.upload-dirs = ( "\(directory.path)" )
            var.downloads_socket = "\(site.socket)"
            include "\(try directory.write(downloads, to: "downloads.conf"))"
            \(site.hasAccessRules ? accessRules : "")
            """,
            to: "lighttpd.conf"
        )
        return try RunningProgram(Program.lighttpd.requiredPath(), ["-D", "-f", file], in: directory)
    }

    private var accessRules: String {
        """
        server.modules += ( "mod_access" )
        $HTTP["url"] =~ "^\(prefix)/(paths/Kunden(\\.csv$|/)|island/(?!open/))" { url.access-deny = ( "" ) }
        """
    }
}

extension Program {
    static let lighttpd = Program(name: "lighttpd", package: "lighttpd")
}
