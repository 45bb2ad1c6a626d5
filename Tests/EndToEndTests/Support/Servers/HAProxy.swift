import Foundation

struct HAProxy: WebServer {
    var programs: [Program] { [.haproxy] }

    func start(_ site: Surroundings, in directory: WorkDirectory) throws -> RunningProgram {
        let file = try directory.write(
            """
            userlist people
                user anna insecure-password secret
            defaults
                mode http
                timeout client 60s
            frontend site
                bind 127.0.0.1:\(site.port)
                \(site.hasAccessRules ? accessRules : "")
                \(site.hasUsers ? login : "")
                use_backend downloads if { path_beg \(prefix)/ }

            """,
            to: "haproxy.cfg"
        )
        let downloads = try String(contentsOfFile: TestSite.deploy + "/haproxy/downloads.cfg", encoding: .utf8)
            .replacing("unix@/run/downloads/downloads.sock", with: "unix@\(site.socket)")
        return try RunningProgram(
            Program.haproxy.requiredPath(),
            ["-db", "-f", file, "-f", directory.write(downloads, to: "downloads.cfg")],
            in: directory
        )
    }

    /// What has users log in, as HAProxy's file says.
    private var login: String {
        """
        http-request auth unless { http_auth(people) }
        http-request set-var(txn.downloads_user) http_auth_user
        """
    }

    private var accessRules: String {
        """
        http-request deny if { path \(prefix)/paths/Kunden.csv }
        http-request deny if { path_beg \(prefix)/paths/Kunden/ }
        http-request deny if { path_beg \(prefix)/island/ } !{ path_beg \(prefix)/island/open/ }
        """
    }
}

extension Program {
    static let haproxy = Program(name: "haproxy", package: "haproxy")
}
