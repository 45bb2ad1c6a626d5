import Foundation

/// What an administrator writes around the files of `deploy/lighttpd`, `deploy/caddy` and `deploy/haproxy`.
struct OtherConfiguration {
    var setup: Setup
    var port: Int
    var socket: String
    /// Whether users have to log in, behind HAProxy: ``Passwords`` has them.
    var hasUsers = false
    /// Whether the server has ``AccessRules``.
    var hasAccessRules = false

    func start(in directory: WorkDirectory) throws -> RunningProgram {
        switch setup {
        case .caddy: try startCaddy(in: directory)
        case .haproxy: try startHAProxy(in: directory)
        default: try startLighttpd(in: directory)
        }
    }

    private func startLighttpd(in directory: WorkDirectory) throws -> RunningProgram {
        let downloads = try String(contentsOfFile: TestSite.deploy + "/lighttpd/downloads.conf", encoding: .utf8)
            .replacing("\"/\" =>", with: "\"\(setup.prefix)/\" =>")
        let file = try directory.write(
            """
            server.document-root = "\(directory.path)"
            server.bind = "127.0.0.1"
            server.port = \(port)
            server.errorlog = "\(directory.file("error.log"))"
            server.upload-dirs = ( "\(directory.path)" )
            var.downloads_socket = "\(socket)"
            include "\(try directory.write(downloads, to: "downloads.conf"))"
            \(hasAccessRules ? AccessRules.lighttpd(setup.prefix) : "")
            """,
            to: "lighttpd.conf"
        )
        return try RunningProgram(Program.lighttpd.requiredPath(), ["-D", "-f", file], in: directory)
    }

    private func startCaddy(in directory: WorkDirectory) throws -> RunningProgram {
        let file = try directory.write(
            """
            {
                admin off
                auto_https off
            }
            import "\(TestSite.deploy)/caddy/Caddyfile"
            http://127.0.0.1:\(port) {
                bind 127.0.0.1
                route {
                    \(hasAccessRules ? AccessRules.caddy(setup.prefix) : "")
                    handle \(setup.prefix)/* {
                        import downloads \(socket)
                    }
                    respond 404
                }
            }
            """,
            to: "Caddyfile"
        )
        return try RunningProgram(
            Program.caddy.requiredPath(),
            ["run", "--adapter", "caddyfile", "--config", file],
            in: directory,
            environment: ["XDG_DATA_HOME": directory.path, "XDG_CONFIG_HOME": directory.path]
        )
    }

    /// What has users log in before HAProxy, as its file says.
    private var login: String {
        """
        http-request auth unless { http_auth(people) }
        http-request set-var(txn.downloads_user) http_auth_user
        """
    }

    private func startHAProxy(in directory: WorkDirectory) throws -> RunningProgram {
        let file = try directory.write(
            """
            userlist people
                user anna insecure-password secret
            defaults
                mode http
                timeout client 60s
            frontend site
                bind 127.0.0.1:\(port)
                \(hasAccessRules ? AccessRules.haproxy(setup.prefix) : "")
                \(hasUsers ? login : "")
                use_backend downloads if { path_beg \(setup.prefix)/ }

            """,
            to: "haproxy.cfg"
        )
        let downloads = try String(contentsOfFile: TestSite.deploy + "/haproxy/downloads.cfg", encoding: .utf8)
            .replacing("unix@/run/downloads/downloads.sock", with: "unix@\(socket)")
        return try RunningProgram(
            Program.haproxy.requiredPath(),
            ["-db", "-f", file, "-f", directory.write(downloads, to: "downloads.cfg")],
            in: directory
        )
    }
}
