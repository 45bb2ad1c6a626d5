import Foundation

struct Apache: WebServer {
    enum Module {
        case fcgid, proxied, cgid
    }

    var module: Module

    var programs: [Program] { [module == .fcgid ? .apacheFcgid : .apache] }
    var starter: Starter {
        switch module {
        case .fcgid: .serverWithFastCGI
        case .proxied: .test
        case .cgid: .serverWithCGI
        }
    }
    var showsCuts: Bool { module == .proxied }

    func start(_ site: Surroundings, in directory: WorkDirectory) throws -> RunningProgram {
        let modules =
            ["mpm_event", "authz_core", "authz_host", "alias", "env", "setenvif", "filter", "deflate"]
            + (module == .fcgid ? ["fcgid"] : module == .proxied ? ["proxy", "proxy_fcgi"] : ["cgid"])
            + (site.http2 == .nobody ? [] : ["http2"])
            + (site.hasUsers ? ["authn_core", "authn_file", "auth_basic", "authz_user"] : [])
        let offer = "Protocols h2c http/1.1"
        let file = try directory.write(
            """
            ServerRoot \(directory.path)
            ServerName localhost
            DefaultRuntimeDir \(directory.path)
            PidFile \(directory.file("apache.pid"))
            ErrorLog \(directory.file("error.log"))
            LogLevel warn
            Listen 127.0.0.1:\(site.port)
            \(modules.map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so" }.joined(separator: "\n"))
            \(particulars(in: directory))
            \(site.http2 == .server ? offer : "")
            # As Debian has it.
            AddOutputFilterByType DEFLATE text/html text/plain text/xml
            <VirtualHost 127.0.0.1:\(site.port)>
                \(site.http2 == .virtualHost ? offer : "")
                Define DOWNLOADS_PLACE \(prefix)/
                \(try include(site, in: directory))
                \(site.hasUsers ? try login(in: directory) : "")
                \(site.hasAccessRules ? accessRules : "")
            </VirtualHost>
            """,
            to: "apache.conf"
        )
        return try RunningProgram(
            Program.apache.requiredPath(),
            ["-DFOREGROUND", "-f", file],
            in: directory
        )
    }

    private func particulars(in directory: WorkDirectory) -> String {
        switch module {
        case .fcgid:
            """
            FcgidIPCDir \(directory.path)
            FcgidProcessTableFile \(directory.file("fcgid_shm"))
            Include "\(TestSite.deploy)/apache/mod_fcgid-server.conf"
            """
        case .cgid:
            """
            ScriptSock \(directory.file("cgid.sock"))
            """
        default: ""
        }
    }

    /// The application's file, under a name with a space (mod_fcgid separates arguments there).
    private func program(in directory: WorkDirectory) throws -> String {
        let link = directory.file("the demo")
        if !FileManager.default.fileExists(atPath: link) {
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: TestSite.path())
        }
        return link
    }

    /// What has users log in, behind the application's file.
    private func login(in directory: WorkDirectory) throws -> String {
        """
        <Location "\(prefix)/test/">
            AuthType Basic
            AuthName "Downloads"
            AuthUserFile "\(try Passwords.write(in: directory))"
            Require valid-user
        </Location>
        """
    }

    private func include(_ site: Surroundings, in directory: WorkDirectory) throws -> String {
        let define =
            switch module {
            case .fcgid, .cgid: "Define DOWNLOADS_PROGRAM \"\(try program(in: directory))\""
            default: "Define DOWNLOADS_SOCKET \(site.socket)"
            }
        let name =
            switch module {
            case .fcgid: "mod_fcgid"
            case .cgid: "cgi"
            default: "mod_proxy_fcgi"
            }
        let file = try uncommented("apache/\(name).conf", allowing: site.statusReader, in: directory)
        return "\(define)\nInclude \"\(file)\""
    }

    private var accessRules: String {
        [
            ("paths/Kunden.csv", "denied"), ("paths/Kunden/", "denied"), ("island/", "denied"),
            ("island/open/", "granted"),
        ]
        .map { "<Location \"\(prefix)/\($0.0)\">\nRequire all \($0.1)\n</Location>" }.joined(separator: "\n")
    }
}

extension Program {
    static let apache = Program(name: "apache2", package: "apache2")
    static let apacheFcgid = Program(
        name: "apache2",
        package: "libapache2-mod-fcgid",
        files: ["/usr/lib/apache2/modules/mod_fcgid.so"]
    )
    static let apacheHTTP2 = Program(
        name: "apache2",
        package: "apache2",
        files: ["/usr/lib/apache2/modules/mod_http2.so"]
    )
}
