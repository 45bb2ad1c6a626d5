import Foundation

struct Caddy: WebServer {
    var programs: [Program] { [.caddy] }
    var showsCuts: Bool { false }

    func start(_ site: Surroundings, in directory: WorkDirectory) throws -> RunningProgram {
        let file = try directory.write(
            """
            {
                admin off
                auto_https off
            }
            import "\(TestSite.deploy)/caddy/Caddyfile"
            http://127.0.0.1:\(site.port) {
                bind 127.0.0.1
                route {
                    \(site.hasAccessRules ? accessRules : "")
                    handle \(prefix)/* {
                        import downloads \(site.socket)
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

    private var accessRules: String {
        """
        @denied path \(prefix)/paths/Kunden.csv \(prefix)/paths/Kunden/*
        respond @denied 403
        @closed {
            path \(prefix)/island/*
            not path_regexp ^\(prefix)/island/open/
        }
        respond @closed 403
        """
    }
}

extension Program {
    static let caddy = Program(name: "caddy", package: "caddy")
}
