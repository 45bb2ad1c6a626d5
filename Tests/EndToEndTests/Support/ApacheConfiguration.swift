import Foundation

/// What an administrator writes around the files of `deploy/apache`.
struct ApacheConfiguration {
    /// Who offers HTTP/2, to clients of the downloads among others.
    enum Offer {
        case nobody, server, virtualHost
    }

    var setup: Setup
    var port: Int
    var socket: String
    var http2 = Offer.nobody
    /// Who may see the status, as the example in the file has it; nil leaves that commented out.
    var statusReader: String?
    /// Whether users have to log in: ``Passwords`` has them.
    var hasUsers = false
    /// Whether Apache has ``AccessRules``.
    var hasAccessRules = false

    func start(in directory: WorkDirectory) throws -> RunningProgram {
        let modules =
            ["mpm_event", "authz_core", "authz_host", "alias", "env", "setenvif", "filter", "deflate"]
            + (setup == .fcgid ? ["fcgid"] : setup == .proxied ? ["proxy", "proxy_fcgi"] : ["cgid"])
            + (http2 == .nobody ? [] : ["http2"])
            + (hasUsers ? ["authn_core", "authn_file", "auth_basic", "authz_user"] : [])
        let offer = "Protocols h2c http/1.1"
        let file = try directory.write(
            """
            ServerRoot \(directory.path)
            ServerName localhost
            DefaultRuntimeDir \(directory.path)
            PidFile \(directory.file("apache.pid"))
            ErrorLog \(directory.file("error.log"))
            LogLevel warn
            Listen 127.0.0.1:\(port)
            \(modules.map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so" }.joined(separator: "\n"))
            \(particulars(in: directory))
            \(http2 == .server ? offer : "")
            # As Debian has it.
            AddOutputFilterByType DEFLATE text/html text/plain text/xml
            <VirtualHost 127.0.0.1:\(port)>
                \(http2 == .virtualHost ? offer : "")
                Define DOWNLOADS_PLACE \(setup.prefix)/
                \(try include(in: directory))
                \(try login(in: directory))
                \(hasAccessRules ? AccessRules.apache(setup.prefix) : "")
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
        switch setup {
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
        guard hasUsers else { return "" }
        return """
            <Location "\(setup.prefix)/test/">
                AuthType Basic
                AuthName "Downloads"
                AuthUserFile "\(try Passwords.write(in: directory))"
                Require valid-user
            </Location>
            """
    }

    private func include(in directory: WorkDirectory) throws -> String {
        let define =
            switch setup {
            case .fcgid, .cgid: "Define DOWNLOADS_PROGRAM \"\(try program(in: directory))\""
            default: "Define DOWNLOADS_SOCKET \(socket)"
            }
        let name =
            switch setup {
            case .fcgid: "mod_fcgid"
            case .cgid: "cgi"
            default: "mod_proxy_fcgi"
            }
        let file = try uncommented("apache/\(name).conf", allowing: statusReader, in: directory)
        return "\(define)\nInclude \"\(file)\""
    }
}
