import Foundation
import TestSupport

/// A web server that sends the files of a spool by itself, as `deploy/` configures it, and the program behind it.
struct SpoolSite: Sendable {
    enum Server: String, CaseIterable, Sendable {
        case nginx, apache, lighttpd, caddy
        /// Apache, which starts the program: with mod_fcgid, and for each request.
        case fcgid, cgid

        var program: Program {
            switch self {
            case .nginx: .nginx
            case .apache, .cgid: .apacheXSendfile
            case .fcgid: .apacheFcgidXSendfile
            case .lighttpd: .lighttpd
            case .caddy: .caddy
            }
        }
    }

    let directory: WorkDirectory
    let port: Int
    let prefix: String
    /// Where the web server does not start it.
    let program: RunningProgram?
    let server: RunningProgram

    var spool: String { directory.file("spool") }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(prefix)\(path)" }

    func curl(_ path: String, _ options: String...) async throws -> Transfer {
        try await Transfer(
            RunningProgram(
                Program.curl.requiredPath(),
                ["-sS", "--noproxy", "*", "-D", "/dev/stderr", "--max-time", "300"] + options + [url(path)],
                in: directory
            )
        )
    }

    /// The names of the whole files in the spool.
    var files: [String] {
        let all = FileManager.default.enumerator(atPath: spool)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.split(separator: "-").count == 5 }
    }

    /// How often the generator has run under a key, in all processes: each time is a line of the log.
    func generations(of key: String) -> Int {
        let log = try? String(contentsOfFile: directory.file("error.log"), encoding: .utf8)
        let text = (program?.errorText ?? "") + server.errorText + (log ?? "")
        return text.split(whereSeparator: \.isNewline).count { $0.contains("generating \(key)") }
    }

    static func start(_ kind: Server) async throws -> SpoolSite {
        let directory = try WorkDirectory()
        do {
            return try await SpoolSite(kind, in: directory, port: freePort())
        } catch {
            directory.close()
            throw error
        }
    }

    private init(_ kind: Server, in directory: WorkDirectory, port: Int) async throws {
        self.directory = directory
        self.port = port
        prefix = [.apache, .fcgid, .cgid].contains(kind) ? "/downloads" : ""
        let socket = directory.file("site.sock")
        let spool = directory.file("spool")
        let isStartedHere = kind != .fcgid && kind != .cgid
        program =
            isStartedHere
            ? try TestSite.start(
                ["serve", "--listen", "unix:\(socket)", "--spool", spool]
                    + (prefix.isEmpty ? [] : ["--mount", prefix]),
                in: directory
            ) : nil
        if let program {
            guard await eventually({ FileManager.default.fileExists(atPath: socket) }) else {
                throw ServerFailure(description: "testsite did not start: \(program.errorText)")
            }
        }
        // What an administrator edits in the files.
        func deployed(_ name: String, _ changes: [String: String] = [:]) throws -> String {
            var text = try String(contentsOfFile: "\(TestSite.deploy)/\(name)", encoding: .utf8)
            for (old, new) in changes.merging(["/var/cache/downloads": spool], uniquingKeysWith: { a, _ in a }) {
                text = text.replacing(old, with: new)
            }
            return try directory.write(text, to: name.replacing("/", with: "-"))
        }
        let temporary = ["client_body", "fastcgi", "proxy", "scgi", "uwsgi"]
            .map { "\($0)_temp_path \(directory.file($0));" }.joined(separator: "\n")
        let errorLog = directory.file("error.log")
        switch kind {
        case .nginx:
            let downloads = try deployed(
                "nginx/downloads.conf",
                ["#fastcgi_param  DOWNLOADS_HANDOVER": "fastcgi_param  DOWNLOADS_HANDOVER"]
            )
            let upstream = try deployed("nginx/upstream.conf", ["/run/downloads/downloads.sock": socket])
            let file = try directory.write(
                """
                daemon off;
                pid \(directory.file("nginx.pid"));
                error_log \(errorLog);
                events { worker_connections 1024; }
                http {
                    access_log off;
                    \(temporary)
                    include "\(upstream)";
                    server {
                        listen 127.0.0.1:\(port);
                        include "\(downloads)";
                        include "\(try deployed("nginx/spool.conf"))";
                    }
                }
                """,
                to: "nginx.conf"
            )
            server = try RunningProgram(
                Program.nginx.requiredPath(),
                ["-e", errorLog, "-p", directory.path, "-c", file],
                in: directory
            )
        case .apache, .fcgid, .cgid:
            let own =
                switch kind {
                case .fcgid: ["fcgid"]
                case .cgid: ["cgid"]
                default: ["proxy", "proxy_fcgi"]
                }
            let modules = ["mpm_event", "authz_core", "alias", "env", "setenvif", "filter", "xsendfile"] + own
            let name = kind == .fcgid ? "mod_fcgid" : kind == .cgid ? "cgi" : "mod_proxy_fcgi"
            let link = directory.file("testsite")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: TestSite.path())
            let file = try directory.write(
                """
                ServerRoot \(directory.path)
                ServerName localhost
                DefaultRuntimeDir \(directory.path)
                PidFile \(directory.file("apache.pid"))
                ErrorLog \(errorLog)
                Listen 127.0.0.1:\(port)
                \(modules.map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so" }
                    .joined(separator: "\n"))
                <IfModule mod_fcgid.c>
                    FcgidIPCDir \(directory.path)
                    FcgidProcessTableFile \(directory.file("fcgid_shm"))
                    Include "\(TestSite.deploy)/apache/mod_fcgid-server.conf"
                </IfModule>
                <IfModule mod_cgid.c>
                    ScriptSock \(directory.file("cgid.sock"))
                </IfModule>
                <VirtualHost 127.0.0.1:\(port)>
                    Define DOWNLOADS_PLACE \(prefix)/
                    Define DOWNLOADS_SOCKET \(socket)
                    Define DOWNLOADS_PROGRAM \(link)
                    Include "\(TestSite.deploy)/apache/\(name).conf"
                    Include "\(try deployed("apache/spool.conf"))"
                </VirtualHost>
                """,
                to: "apache.conf"
            )
            server = try RunningProgram(Program.apache.requiredPath(), ["-DFOREGROUND", "-f", file], in: directory)
        case .lighttpd:
            let file = try directory.write(
                """
                server.document-root = "\(directory.path)"
                server.bind = "127.0.0.1"
                server.port = \(port)
                server.errorlog = "\(errorLog)"
                var.downloads_socket = "\(socket)"
                include "\(try deployed("lighttpd/downloads.conf"))"
                """,
                to: "lighttpd.conf"
            )
            server = try RunningProgram(Program.lighttpd.requiredPath(), ["-D", "-f", file], in: directory)
        case .caddy:
            let file = try directory.write(
                """
                {
                    admin off
                    auto_https off
                }
                import \(try deployed("caddy/Caddyfile"))
                http://127.0.0.1:\(port) {
                    import downloads \(socket)
                }
                """,
                to: "Caddyfile"
            )
            server = try RunningProgram(
                Program.caddy.requiredPath(),
                ["run", "--config", file, "--adapter", "caddyfile"],
                in: directory
            )
        }
        let site = self
        let answers = try await server.isReady(on: port) {
            try await site.curl("/bench/hello").text == "Hello world!\n"
        }
        guard answers else {
            let log = try? String(contentsOfFile: errorLog, encoding: .utf8)
            throw ServerFailure(description: "\(kind) does not answer: \(server.errorText) \(log ?? "")")
        }
    }
}

extension Program {
    static let apacheFcgidXSendfile = Program(
        name: "apache2",
        package: "libapache2-mod-xsendfile libapache2-mod-fcgid",
        files: ["/usr/lib/apache2/modules/mod_xsendfile.so", "/usr/lib/apache2/modules/mod_fcgid.so"]
    )
    static let apacheXSendfile = Program(
        name: "apache2",
        package: "libapache2-mod-xsendfile",
        files: ["/usr/lib/apache2/modules/mod_xsendfile.so"]
    )
}
